import { Registry } from 'prom-client';
import { connectRedis } from '../../adapters/redis/connect-redis.ts';
import { createEndedSessionsBoard } from '../../adapters/redis/ended-sessions-board.ts';
import { watchRevokedSessions } from '../../adapters/security/revoked-sessions.ts';
import { silentLogger } from './processes.ts';

/** What an API process tells of the sessions in its database; none has ended in it at first. */
export function tellSessions(redisUrl: string) {
  const connection = connectRedis({
    url: redisUrl,
    logger: silentLogger,
    registry: new Registry(),
  });
  const store = { listEnded: async () => ({ sessions: [], completeMsAgo: 0 }) };
  const sessions = watchRevokedSessions({
    store,
    board: createEndedSessionsBoard(connection),
    logger: silentLogger,
  });
  return {
    end: (id: string) => sessions.announce([id]),
    emptyRedis: () => connection.attempt((client) => client.flushall()),
    stop() {
      sessions.stop();
      connection.close();
    },
  };
}
