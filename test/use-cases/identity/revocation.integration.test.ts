import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../adapters/postgres/database.ts';
import { createSessionStore } from '../../../adapters/postgres/identity/session-store.ts';
import { connectRedis } from '../../../adapters/redis/connect-redis.ts';
import { createEndedSessionsBoard } from '../../../adapters/redis/ended-sessions-board.ts';
import { createAccessTokens } from '../../../adapters/security/access-tokens.ts';
import { createRevocableTokens } from '../../../adapters/security/revocable-tokens.ts';
import { watchRevokedSessions } from '../../../adapters/security/revoked-sessions.ts';
import type { AccessTokens } from '../../../contracts/identity/auth.ts';
import { type RunningProcess, silentLogger, startRedis } from '../../market-data/processes.ts';
import { createFundedAccount, type FundedAccount } from '../../support/accounts.ts';
import { createTestDatabase } from '../../support/services.ts';

const SECRET = 'a-secret-of-the-tests-with-32-bytes-or-more';
const PROMISED_MS = 5_000;
const closing: (() => unknown)[] = [];
let databaseUrl: string;
let redis: RunningProcess & { url: string; port: number };
let account: FundedAccount;

/** What of one API process knows about sessions. */
function startProcess() {
  const database = openDatabase(databaseUrl, { poolSize: 2, applicationName: 'test' });
  const connection = connectRedis({
    url: redis.url,
    logger: silentLogger,
    registry: new Registry(),
  });
  const board = createEndedSessionsBoard(connection);
  const revoked = watchRevokedSessions({
    store: createSessionStore(database.sql),
    board,
    logger: silentLogger,
  });
  closing.push(
    () => revoked.stop(),
    () => connection.close(),
    () => database.close(),
  );
  const tokens = createRevocableTokens(createAccessTokens(SECRET, Date.now), revoked);
  return { database, board, revoked, tokens, sessions: createSessionStore(database.sql) };
}

type Process = ReturnType<typeof startProcess>;

async function signIn({
  database,
  sessions,
  tokens,
}: Process): Promise<{ id: string; token: string }> {
  const [user] = await database.sql`select password_hash from users where id = ${account.userId}`;
  const id = randomUUID();
  const record = {
    id,
    hash: id,
    issuedAt: new Date(),
    expiresAt: new Date(Date.now() + 3_600_000),
  };
  await sessions.startSession(
    { userId: account.userId, passwordHash: user?.password_hash },
    record,
  );
  return { id, token: await tokens.sign({ ...account.caller, sessionId: id }) };
}

const codeOf = (tokens: AccessTokens, token: string) =>
  tokens.verify(token).then(
    () => 'LIVE',
    (error: { code: string }) => error.code,
  );

const untilRevoked = (tokens: AccessTokens, token: string) =>
  vi.waitFor(async () => expect(await codeOf(tokens, token)).toBe('TOKEN_REVOKED'), {
    timeout: PROMISED_MS,
    interval: 50,
  });

beforeEach(async () => {
  databaseUrl = (await createTestDatabase()).url;
  redis = await startRedis();
  const database = openDatabase(databaseUrl, { poolSize: 1, applicationName: 'test' });
  account = await createFundedAccount(database.sql, { cash: '0.00' });
  await database.close();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await redis.end('SIGKILL');
});

describe('a session that is ended in one process', () => {
  it('is rejected by the other within five seconds, with Redis, without it, and when it comes back empty', {
    timeout: 60_000,
  }, async () => {
    const [here, there] = [startProcess(), startProcess()];
    const end = async (id: string) =>
      here.revoked.announce(await here.sessions.endSession(account.userId, id));
    const [first, second, third] = [await signIn(here), await signIn(here), await signIn(here)];
    for (const { token } of [first, second, third])
      expect(await codeOf(there.tokens, token)).toBe('LIVE');

    await end(first.id);
    expect(await codeOf(here.tokens, first.token)).toBe('TOKEN_REVOKED');
    await untilRevoked(there.tokens, first.token);

    await redis.end('SIGKILL');
    await end(second.id);
    await untilRevoked(there.tokens, second.token);
    expect(await codeOf(there.tokens, third.token)).toBe('LIVE');

    redis = await startRedis(redis.port);
    await vi.waitFor(
      async () => {
        const { sessions, completeMsAgo } = await here.board.listEnded(600_000);
        expect(completeMsAgo).toBeLessThan(PROMISED_MS);
        expect(sessions.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await codeOf(there.tokens, third.token)).toBe('LIVE');
  });

  it('is rejected by whoever starts after it ended, before it answers anybody', {
    timeout: 60_000,
  }, async () => {
    const here = startProcess();
    const { id, token } = await signIn(here);
    // Both sources know of it: whichever answers first is believed.
    await here.revoked.announce(await here.sessions.endSession(account.userId, id));
    expect(await codeOf(startProcess().tokens, token)).toBe('TOKEN_REVOKED');
  });

  it('is known by Redis alone to a process that cannot reach Postgres', {
    timeout: 60_000,
  }, async () => {
    const here = startProcess();
    const { id, token } = await signIn(here);
    const connection = connectRedis({
      url: redis.url,
      logger: silentLogger,
      registry: new Registry(),
    });
    const store = { listEnded: async () => Promise.reject(new Error('away')) };
    const revoked = watchRevokedSessions({
      store,
      board: createEndedSessionsBoard(connection),
      logger: silentLogger,
    });
    closing.push(
      () => revoked.stop(),
      () => connection.close(),
    );
    const tokens = createRevocableTokens(createAccessTokens(SECRET, Date.now), revoked);
    await vi.waitFor(async () => expect(await codeOf(tokens, token)).toBe('LIVE'), {
      timeout: PROMISED_MS,
    });
    await here.revoked.announce(await here.sessions.endSession(account.userId, id));
    await untilRevoked(tokens, token);
  });
});
