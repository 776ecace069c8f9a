import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import type { PumpReports } from '../use-cases/broker-session/pump-reports.ts';
import { asApplicationFailure } from './failures.ts';

/**
 * The long activity under the broker session: takes in the broker's execution reports until it is cancelled or its worker stops.
 * Heartbeats carry the last sequence taken in, so that the next attempt goes on from there.
 */
export function createBrokerSessionActivities({ pumpReports }: { pumpReports: PumpReports }) {
  return {
    pumpExecutionReports: (broker: string): Promise<void> =>
      asApplicationFailure(() => {
        const lastHeartbeat: unknown = activityInfo().heartbeatDetails;
        const resumeAfter = typeof lastHeartbeat === 'number' ? lastHeartbeat : 0;
        return pumpReports(broker, { resumeAfter, signal: Context.current().cancellationSignal, onProgress: heartbeat });
      }),
  };
}

export type BrokerSessionActivities = ReturnType<typeof createBrokerSessionActivities>;
