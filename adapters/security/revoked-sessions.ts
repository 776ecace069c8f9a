import type { Logger } from 'pino';
import { HubError } from '../../contracts/errors.ts';
import type {
  EndedSessions,
  EndedSessionsBoard,
  RevokedSessions,
} from '../../contracts/identity/revoked-sessions.ts';
import { createEndedMemory } from './ended-memory.ts';
import { createEndedReader, KEEP_MS, READ_EVERY_MS } from './ended-reader.ts';

export interface RevokedSessionsOptions {
  /** Where every end of a session is written. */
  store: EndedSessions;
  /** What processes tell one another; also read while the store is away. Null: there is none. */
  board: EndedSessionsBoard | null;
  logger: Logger;
  /** Monotonic, in milliseconds. */
  now?: () => number;
}

export interface RevokedSessionsWatch extends RevokedSessions {
  stop(): void;
}

/**
 * Keeps the sessions that ended within the life of an access token in memory, and reads them anew
 * every second: the store and the board each by itself. When neither has answered within the
 * promised time, nobody can say which tokens hold, and none is taken.
 */
export function watchRevokedSessions({
  store,
  board,
  logger,
  now = () => performance.now(),
}: RevokedSessionsOptions): RevokedSessionsWatch {
  const memory = createEndedMemory(KEEP_MS, now, logger);
  const common = { memory, logger, now };
  const storeReader = createEndedReader({ ...common, name: 'postgres', source: store });
  const readers = [storeReader];
  if (board)
    readers.push(
      createEndedReader({
        ...common,
        name: 'redis',
        source: board,
        // A process that has just begun has nothing that the board may have lost.
        mustBeComplete: () => storeReader.ageMs() === Number.POSITIVE_INFINITY,
        onRead({ sessions, completeMsAgo }) {
          memory.markTold(sessions.map(({ id }) => id));
          // It was emptied between two reads, and has not been told everything since.
          if (completeMsAgo === null) memory.forgetTold();
        },
        onAway: () => memory.forgetTold(),
      }),
    );

  const isFresh = () => readers.some((reader) => reader.isFresh());
  const tell = async () => {
    if (!board) return;
    // What the board did not have when it was read last: it was away, or lost its memory.
    const { ids, isAll } = memory.untold();
    // Who cannot reach the store may not know of the last ends.
    const vouched = storeReader.isFresh() ? { completeMsAgo: storeReader.ageMs(), isAll } : null;
    if (ids.length === 0 && vouched === null) return;
    await board.announce(ids, vouched).then(
      () => memory.markTold(ids),
      (error: unknown) =>
        logger.debug(
          { err: error },
          'ended sessions could not be announced: they are announced again',
        ),
    );
  };
  const readAll = async () => {
    await Promise.all(readers.map((reader) => reader.read()));
    await tell();
  };
  const timer = setInterval(readAll, READ_EVERY_MS).unref();
  void readAll();

  return {
    async assertLive(sessionId) {
      if (!isFresh()) await Promise.race(readers.map((reader) => reader.read()));
      if (!isFresh()) await Promise.all(readers.map((reader) => reader.read()));
      if (memory.has(sessionId)) throw new HubError('TOKEN_REVOKED');
      if (!isFresh()) throw new HubError('DATABASE_UNAVAILABLE');
    },
    async announce(ids) {
      for (const id of ids) memory.add(id, 0);
      await tell();
    },
    stop: () => clearInterval(timer),
  };
}
