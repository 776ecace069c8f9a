import {
  type Client,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';
import { brokerSessionWorkflowId } from '../../../contracts/ids.ts';
import type { BrokerSessionStanding, ReportPump } from '../../../contracts/operators/backlog.ts';
import { BROKER_SESSION_WORKFLOW } from '../../../contracts/orders/workflow-messages.ts';
import { BROKER_SESSION_TASK_QUEUE } from '../../../contracts/task-queues.ts';

/** Starts the one session of a broker, unless it runs. */
export async function ensureBrokerSession(client: Client, broker: string): Promise<void> {
  await client.workflow.start(BROKER_SESSION_WORKFLOW, {
    workflowId: brokerSessionWorkflowId(broker),
    taskQueue: BROKER_SESSION_TASK_QUEUE,
    args: [broker],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `execution reports of ${broker}`,
  });
}

/** How a broker's session stands, by its workflow; null when there has never been one. */
export async function readBrokerSession(
  client: Client,
  broker: string,
): Promise<BrokerSessionStanding | null> {
  try {
    const { status, closeTime, raw } = await client.workflow
      .getHandle(brokerSessionWorkflowId(broker))
      .describe();
    const pump = raw.pendingActivities?.at(0);
    return {
      isRunning: status.name === 'RUNNING',
      endedAt: closeTime?.toISOString() ?? null,
      pump: pump ? toReportPump(pump) : null,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** `PENDING_ACTIVITY_STATE_STARTED` of temporal.api.enums.v1. */
const STARTED = 2;

type PendingActivity = NonNullable<
  WorkflowExecutionDescription['raw']['pendingActivities']
>[number];

function toReportPump({
  state,
  attempt,
  lastStartedTime,
  lastHeartbeatTime,
  lastFailure,
}: PendingActivity): ReportPump {
  const startedAt = state === STARTED ? optionalTsToDate(lastStartedTime) : undefined;
  return {
    attempt: attempt ?? 1,
    startedAt: startedAt?.toISOString() ?? null,
    heartbeatAt: optionalTsToDate(lastHeartbeatTime)?.toISOString() ?? null,
    lastFailure: lastFailure ? codeOf(lastFailure) : null,
  };
}

const codeOf = ({
  applicationFailureInfo,
  timeoutFailureInfo,
  message,
}: NonNullable<PendingActivity['lastFailure']>): string =>
  timeoutFailureInfo ? 'TIMEOUT' : applicationFailureInfo?.type || message || 'an unnamed failure';
