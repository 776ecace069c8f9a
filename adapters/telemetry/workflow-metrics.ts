import type { WorkflowMonitor } from '../../contracts/operators/backlog.ts';
import type { SessionTrouble } from '../../contracts/operators/session-trouble.ts';
import { only, type ReadGauges } from './read-gauges.ts';

export interface WorkflowProbes
  extends Pick<
    WorkflowMonitor,
    'countAttention' | 'readFailingSteps' | 'readEndedUnfinished' | 'readTaskQueues'
  > {
  readSessionTroubles(): Promise<SessionTrouble[]>;
}

/** Gauges of how our workflows fare, by what Temporal's server knows of them. */
export function createWorkflowMetrics(readGauges: ReadGauges, probes: WorkflowProbes): void {
  readGauges('attention', probes.countAttention)(
    {
      name: 'hub_workflows_needing_attention',
      help: 'Running workflows that call an operator: orders, late executions, settlements and their runs',
    },
    only,
  );
  readGauges('failing steps', probes.readFailingSteps)(
    {
      name: 'hub_steps_failing',
      help: 'Running workflows of which a step has used up its quick retries, a thousand at most',
      labelNames: ['workflow_type', 'step', 'code'],
    },
    (failing) =>
      failing.map(({ workflowType, step, code, count }) => ({
        labels: { workflow_type: workflowType, step, code },
        value: count,
      })),
  );
  readGauges('ended workflows', probes.readEndedUnfinished)(
    {
      name: 'hub_workflows_ended_unfinished',
      help: 'Workflows that were terminated or timed out in the last hour and that no other run goes on for',
      labelNames: ['workflow_type'],
    },
    (ended) =>
      ended.map(({ workflowType, count }) => ({
        labels: { workflow_type: workflowType },
        value: count,
      })),
  );
  readGauges('broker sessions', probes.readSessionTroubles)(
    {
      name: 'hub_broker_session_failing',
      help: 'Sessions whose broker is not read from, by the reason',
      labelNames: ['broker', 'code'],
    },
    (troubles) => troubles.map((labels) => ({ labels: { ...labels }, value: 1 })),
  );

  const addQueueGauge = readGauges('task queues', probes.readTaskQueues);
  addQueueGauge(
    {
      name: 'hub_task_queue_pollers',
      help: 'Workers that polled a task queue lately, by version; the server sends tasks to those that are current or ramping',
      labelNames: ['task_queue', 'version', 'role'],
    },
    (queues) =>
      queues.flatMap(({ taskQueue, routes }) =>
        routes.map(({ version, role, pollers }) => ({
          labels: { task_queue: taskQueue, version, role },
          value: pollers,
        })),
      ),
  );
  addQueueGauge(
    {
      name: 'hub_task_queue_backlog_age_seconds',
      help: 'Age of the oldest workflow task that waits in a task queue',
      labelNames: ['task_queue'],
    },
    (queues) =>
      queues.map(({ taskQueue, backlogAgeSeconds }) => ({
        labels: { task_queue: taskQueue },
        value: backlogAgeSeconds,
      })),
  );
}
