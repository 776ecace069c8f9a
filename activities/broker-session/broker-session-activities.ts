import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import type { StepObserver } from '../../contracts/step-observer.ts';
import type { BrokerSessionUseCases } from '../../use-cases/broker-session/pump-reports.ts';
import { createActivityRunner } from '../failures.ts';

/**
 * The long activity under a broker's session: takes in its execution reports until it is cancelled
 * or its worker stops. Heartbeats carry the last sequence taken in, so that the next
 * attempt goes on from there.
 */
export function createBrokerSessionActivities(
  { pumpReports }: BrokerSessionUseCases,
  observer: StepObserver,
) {
  const run = createActivityRunner(observer);
  return {
    pumpExecutionReports: (broker: string): Promise<void> =>
      run('pumpExecutionReports', () => {
        const lastHeartbeat: unknown = activityInfo().heartbeatDetails;
        const resumeAfter = typeof lastHeartbeat === 'number' ? lastHeartbeat : 0;
        return pumpReports(broker, {
          resumeAfter,
          signal: Context.current().cancellationSignal,
          onProgress: heartbeat,
        });
      }),
  };
}

export type BrokerSessionActivities = ReturnType<typeof createBrokerSessionActivities>;
