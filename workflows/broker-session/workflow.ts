import { proxyActivities } from '@temporalio/workflow';
import type { BrokerSessionActivities } from '../../activities/broker-session-activities.ts';
import { BROKER_SESSION_TASK_QUEUE } from '../../contracts/task-queues.ts';

const { pumpExecutionReports } = proxyActivities<BrokerSessionActivities>({
  taskQueue: BROKER_SESSION_TASK_QUEUE,
  summary: 'take in execution reports',
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds' },
});

/** Keeps one reader of the broker's execution reports alive, on whichever worker lives. Id `broker-session/<broker>`; runs for ever. */
export async function brokerSession(broker: string): Promise<never> {
  for (;;) await pumpExecutionReports(broker);
}
