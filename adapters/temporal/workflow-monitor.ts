import type { Client } from '@temporalio/client';
import type {
  TaskQueueRoute,
  TaskQueueStanding,
  WorkflowMonitor,
} from '../../contracts/operators/backlog.ts';
import { ATTENTION_NEEDED } from '../../contracts/orders/workflow-messages.ts';
import { TASK_QUEUES } from '../../contracts/task-queues.ts';
import { readBrokerSession } from './broker-session/broker-session.ts';
import { readSettlementRuns } from './settlement/settlement-schedule.ts';
import { guardTemporal } from './temporal-errors.ts';
import { readEndedUnfinished, readFailingSteps } from './workflow-troubles.ts';

const UNVERSIONED = 'unversioned';
const CALL_TIMEOUT_MS = 1_000;
/** A poll lasts a minute when there is nothing to do. */
const POLLED_WITHIN_MS = 120_000;

/**
 * Reads from the server how our queues fare: it knows also when no worker of ours is there to say
 * so.
 */
export function createWorkflowMonitor(client: Client): WorkflowMonitor {
  const { namespace } = client.options;

  async function readTaskQueue(name: string): Promise<TaskQueueStanding> {
    const { stats, pollers, versioningInfo } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      reportStats: true,
    });
    const { currentDeploymentVersion, rampingDeploymentVersion, rampingVersionPercentage } =
      versioningInfo ?? {};
    const current = nameOf(currentDeploymentVersion);
    const ramping = rampingVersionPercentage ? nameOf(rampingDeploymentVersion) : null;
    const routes = new Map<string, TaskQueueRoute>([
      [current, { version: current, role: 'current', pollers: 0 }],
    ]);
    if (ramping) routes.set(ramping, { version: ramping, role: 'ramping', pollers: 0 });
    const since = Date.now() - POLLED_WITHIN_MS;
    for (const { lastAccessTime, deploymentOptions } of pollers ?? []) {
      if (Number(lastAccessTime?.seconds ?? 0) * 1_000 < since) continue;
      const version =
        deploymentOptions?.workerVersioningMode === VERSIONED
          ? nameOf(deploymentOptions)
          : UNVERSIONED;
      const route = routes.get(version) ?? { version, role: 'none', pollers: 0 };
      routes.set(version, { ...route, pollers: route.pollers + 1 });
    }
    return {
      taskQueue: name,
      backlogAgeSeconds: Number(stats?.approximateBacklogAge?.seconds ?? 0),
      routes: [...routes.values()],
    };
  }

  const bounded = <T>(call: () => Promise<T>): Promise<T> =>
    guardTemporal(() => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call));

  return {
    countAttention: () =>
      bounded(
        async () =>
          (
            await client.workflow.count(
              `${ATTENTION_NEEDED} = true AND ExecutionStatus = 'Running'`,
            )
          ).count,
      ),
    readTaskQueues: () => bounded(() => Promise.all(TASK_QUEUES.map(readTaskQueue))),
    readFailingSteps: () => bounded(() => readFailingSteps(client)),
    readEndedUnfinished: () => bounded(() => readEndedUnfinished(client)),
    readBrokerSession: (broker) => bounded(() => readBrokerSession(client, broker)),
    readSettlementRuns: () => bounded(() => readSettlementRuns(client)),
  };
}

/** `WORKER_VERSIONING_MODE_VERSIONED` of temporal.api.enums.v1. */
const VERSIONED = 2;

const nameOf = (
  version: { deploymentName?: string | null; buildId?: string | null } | null | undefined,
): string =>
  version?.deploymentName ? `${version.deploymentName}:${version.buildId}` : UNVERSIONED;
