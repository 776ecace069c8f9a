import { Context, heartbeat } from '@temporalio/activity';
import type { StepObserver } from '../../contracts/step-observer.ts';
import type { BrokerSessionUseCases } from '../../use-cases/broker-session/pump-reports.ts';
import { createActivityRunner } from '../failures.ts';

/**
 * The long activity under a broker's session: takes in its execution reports until it is cancelled
 * or its worker stops. Heartbeats carry the last sequence taken in, for people to see.
 */
export function createBrokerSessionActivities(
  { pumpReports }: BrokerSessionUseCases,
  observer: StepObserver,
) {
  const run = createActivityRunner(observer);
  return {
    pumpExecutionReports: (broker: string): Promise<void> =>
      run('pumpExecutionReports', () =>
        pumpReports(broker, {
          signal: Context.current().cancellationSignal,
          onProgress: heartbeat,
        }),
      ),
  };
}

export type BrokerSessionActivities = ReturnType<typeof createBrokerSessionActivities>;
