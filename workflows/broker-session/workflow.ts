import { continueAsNew, isCancellation, log, proxyActivities, sleep } from '@temporalio/workflow';
import type { BrokerSessionActivities } from '../../activities/broker-session/broker-session-activities.ts';
import { BROKER_SESSION_TASK_QUEUE } from '../../contracts/task-queues.ts';

const { pumpExecutionReports } = proxyActivities<BrokerSessionActivities>({
  taskQueue: BROKER_SESSION_TASK_QUEUE,
  summary: 'take in execution reports',
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '5 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '1 second',
  },
});

/**
 * Bounds the history: each reading leaves half a dozen events in it, and begins where the stored
 * sequence is.
 */
const READINGS_PER_RUN = 500;
const AFTER_FAILURE = '5 seconds';

/**
 * Keeps one reader of the broker's execution reports alive, on whichever worker lives. Id
 * `broker-session/<broker>`; runs for ever.
 */
export async function brokerSession(broker: string): Promise<void> {
  for (let reading = 0; reading < READINGS_PER_RUN; reading++) {
    try {
      await pumpExecutionReports(broker);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // A failure that counts as final would end the session, and every order's reports with it.
      log.error('the reader of execution reports failed and is started again', { broker, error });
      await sleep(AFTER_FAILURE, { summary: 'read again after a failure' });
    }
  }
  await continueAsNew<typeof brokerSession>(broker);
}
