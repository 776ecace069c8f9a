import type { Logger } from 'pino';
import { HubError } from '../../contracts/errors.ts';
import type {
  EndedSessionsBoard,
  LiveSessions,
} from '../../contracts/identity/revoked-sessions.ts';
import { createEndedMemory } from './ended-memory.ts';
import { createEndedReader, KEEP_MS, READ_EVERY_MS } from './ended-reader.ts';

export interface ToldSessionsOptions {
  /** Null: nobody tells this process anything, and no session is known to last. */
  board: Pick<EndedSessionsBoard, 'listEnded'> | null;
  logger: Logger;
  /** Monotonic, in milliseconds. */
  now?: () => number;
}

export interface ToldSessionsWatch extends LiveSessions {
  stop(): void;
}

/**
 * Ended sessions for a process without the database where they are written: those that others have
 * told the board, read every second. The board counts for the time until which others vouch for it,
 * so that one that lost its memory, or that nobody writes to, is not believed.
 */
export function watchToldSessions({
  board,
  logger,
  now = () => performance.now(),
}: ToldSessionsOptions): ToldSessionsWatch {
  const reject = (): never => {
    throw new HubError(
      'DATABASE_UNAVAILABLE',
      {},
      { detail: 'It cannot be known now whether the session of the token has ended' },
    );
  };
  if (board === null) return { assertLive: async () => reject(), stop: () => {} };

  const memory = createEndedMemory(KEEP_MS, now, logger);
  const reader = createEndedReader({
    name: 'redis',
    source: board,
    memory,
    logger,
    now,
    mustBeComplete: () => true,
  });
  const timer = setInterval(() => reader.read(), READ_EVERY_MS).unref();
  void reader.read();

  return {
    async assertLive(sessionId) {
      if (!reader.isFresh()) await reader.read();
      if (memory.has(sessionId)) throw new HubError('TOKEN_REVOKED');
      if (!reader.isFresh()) reject();
    },
    stop: () => clearInterval(timer),
  };
}
