import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type postgres from 'postgres';
import { CLIENT_STATEMENT_MS_MAX, openDatabase } from '../adapters/postgres/database.ts';
import { createLoginAttemptStore } from '../adapters/postgres/identity/login-attempt-store.ts';
import { createSessionStore } from '../adapters/postgres/identity/session-store.ts';
import { createUserStore } from '../adapters/postgres/identity/user-store.ts';
import type { RedisConnection } from '../adapters/redis/connect-redis.ts';
import { createEndedSessionsBoard } from '../adapters/redis/ended-sessions-board.ts';
import { createAccessTokens } from '../adapters/security/access-tokens.ts';
import { createCommonPasswords } from '../adapters/security/common-passwords.ts';
import { createPasswordHasher } from '../adapters/security/password-hasher.ts';
import { createRevocableTokens } from '../adapters/security/revocable-tokens.ts';
import { watchRevokedSessions } from '../adapters/security/revoked-sessions.ts';
import type { Clock } from '../contracts/clock.ts';
import type { LoginLocks, RateLimits } from '../contracts/rate-limits.ts';
import { bind } from '../use-cases/bind.ts';
import { identityUseCases } from '../use-cases/identity/identity-use-cases.ts';
import { createPause } from '../use-cases/identity/slow-answers.ts';

interface IdentityParts {
  sql: postgres.Sql;
  redis: RedisConnection | null;
  rateLimits: RateLimits;
  loginLocks: LoginLocks;
  clock: Clock;
  logger: Logger;
}

/** Identity over the real Postgres and Redis, and the access tokens that know who logged out. */
export async function composeIdentity(
  config: { databaseUrl: string; jwtSecret: string },
  { sql, redis, rateLimits, loginLocks, clock, logger }: IdentityParts,
) {
  // A connection of its own: to know which sessions have ended must not wait behind the requests.
  const sessionsDatabase = openDatabase(config.databaseUrl, {
    poolSize: 1,
    applicationName: 'hub-api-sessions',
    statementMsMax: CLIENT_STATEMENT_MS_MAX,
  });
  const revoked = watchRevokedSessions({
    store: createSessionStore(sessionsDatabase.sql),
    board: redis && createEndedSessionsBoard(redis),
    logger,
  });
  const accessTokens = createRevocableTokens(createAccessTokens(config.jwtSecret, clock), revoked);
  const useCases = bind(
    {
      users: createUserStore(sql),
      sessions: createSessionStore(sql),
      attempts: createLoginAttemptStore(sql),
      passwords: await createPasswordHasher(),
      commonPasswords: createCommonPasswords(),
      locks: loginLocks,
      pause: createPause(),
      newId: randomUUID,
      ...{ accessTokens, revoked, rateLimits, clock, logger },
    },
    identityUseCases,
  );
  return {
    accessTokens,
    useCases,
    async close() {
      revoked.stop();
      await sessionsDatabase.close();
    },
  };
}
