import type { Logger } from 'pino';
import type { BrokerSessions } from '../../contracts/broker-session/broker-sessions.ts';
import type { Clock } from '../../contracts/clock.ts';

export interface SessionProgressDeps {
  sessions: BrokerSessions;
  clock: Clock;
  logger: Logger;
}

/** A quiet broker costs one small write in so long. */
const HEARD_STORED_EVERY_MS = 5_000;

/**
 * Stores how far a broker's reports are taken in, and when it last spoke: with each step of the
 * former, else every 5 s while it speaks. That a sign of life could not be stored is no failure: it
 * is told to the log, and the next one is stored.
 */
export function createSessionProgress(
  { sessions, clock, logger }: SessionProgressDeps,
  broker: string,
  startAfter: number,
) {
  let stored = startAfter;
  let heardAtMs = Number.NEGATIVE_INFINITY;
  let heardStoredAtMs = Number.NEGATIVE_INFINITY;

  async function write(lastSequence: number): Promise<void> {
    const heard = heardAtMs;
    await sessions.advance(broker, { lastSequence, heardMsAgo: Math.max(0, clock() - heard) });
    stored = lastSequence;
    heardStoredAtMs = heard;
  }

  return {
    /** Up to this one everything is taken in, and that is stored. */
    lastStored: (): number => stored,

    heard(): void {
      heardAtMs = clock();
    },

    async store(taken: number): Promise<void> {
      if (taken > stored) return write(taken);
      if (heardAtMs - heardStoredAtMs < HEARD_STORED_EVERY_MS || heardAtMs < 0) return;
      await write(stored).catch((error: unknown) => {
        heardStoredAtMs = heardAtMs;
        logger.warn({ err: error, broker }, 'a sign of life of the broker could not be stored');
      });
    },
  };
}

export type StoredProgress = ReturnType<typeof createSessionProgress>;
