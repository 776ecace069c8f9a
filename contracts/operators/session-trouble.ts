import type { BrokerSessionStanding } from './backlog.ts';

/**
 * A reading that follows a failed one is believed after so long: a broker that hangs is noticed by
 * its missing answer to a PING, 15 s later.
 */
export const READING_PROVEN_SECONDS = 20;

/** Why a broker's reports are not read. */
export interface SessionTrouble {
  broker: string;
  /**
   * NOT_RUNNING: the workflow. BETWEEN_READINGS: for seconds, after a failure. NO_WORKER: none has
   * taken the reading up, or the one that had is silent. Else the stable code of the last failure.
   */
  code: string;
}

/** `null` while they are read, as the server knows it; `session` is null when there was never one. */
export function findSessionTrouble(
  broker: string,
  session: BrokerSessionStanding | null,
  nowMs: number,
): SessionTrouble | null {
  if (!session?.isRunning) return { broker, code: 'NOT_RUNNING' };
  const { pump } = session;
  if (pump === null) return { broker, code: 'BETWEEN_READINGS' };
  const { startedAt, lastFailure } = pump;
  // A worker that dies in mid-reading is a TIMEOUT: what failed by itself has a code of its own.
  const failure = lastFailure === null || lastFailure === 'TIMEOUT' ? null : lastFailure;
  if (startedAt === null) return { broker, code: failure ?? 'NO_WORKER' };
  const isProven = nowMs - Date.parse(startedAt) >= READING_PROVEN_SECONDS * 1_000;
  return failure === null || isProven ? null : { broker, code: failure };
}
