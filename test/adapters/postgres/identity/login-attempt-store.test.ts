import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLoginAttemptStore } from '../../../../adapters/postgres/identity/login-attempt-store.ts';
import type { LoginAttempts } from '../../../../contracts/identity/login-attempts.ts';
import { createFundedAccount, type FundedAccount } from '../../../support/accounts.ts';
import { createTestDatabase } from '../../../support/services.ts';

let sql: postgres.Sql;
let store: LoginAttempts;
let user: FundedAccount;

beforeAll(async () => {
  sql = postgres((await createTestDatabase()).url, { onnotice: () => {} });
  store = createLoginAttemptStore(sql);
  user = await createFundedAccount(sql, { cash: '0.00' });
});
afterAll(() => sql?.end());

describe('attempts to log in', () => {
  it('are those of nobody when nobody has the e-mail', async () => {
    expect(await store.readStanding('nobody@test.local', '192.0.2.1')).toBeNull();
  });

  it('are counted, lock, and are forgotten with a login, which makes the network known', async () => {
    expect([
      await store.recordFailure(user.userId),
      await store.recordFailure(user.userId),
    ]).toEqual([1, 2]);
    const until = new Date(Date.now() + 60_000);
    await store.lock(user.userId, until);
    await store.lock(user.userId, new Date(Date.now() + 1_000));
    const locked = { userId: user.userId, lockedUntilMs: until.getTime(), isKnownAddress: false };
    expect(await store.readStanding(user.email, '192.0.2.1')).toEqual(locked);
    await store.recordSuccess(user.userId, '192.0.2.1');
    await store.recordSuccess(user.userId, '192.0.2.1');
    expect(await store.readStanding(user.email, '192.0.2.1')).toEqual({
      ...locked,
      lockedUntilMs: null,
      isKnownAddress: true,
    });
    expect(await store.readStanding(user.email, '192.0.2.2')).toMatchObject({
      isKnownAddress: false,
    });
    expect(await store.recordFailure(user.userId)).toBe(1);
  });

  it('forget a network after 90 days', async () => {
    await store.recordSuccess(user.userId, '192.0.2.9');
    await sql`update login_addresses set last_login_at = now() - interval '91 days' where address = '192.0.2.9'`;
    expect(await store.readStanding(user.email, '192.0.2.9')).toMatchObject({
      isKnownAddress: false,
    });
    await store.recordSuccess(user.userId, '192.0.2.1');
    expect(await sql`select 1 from login_addresses where address = '192.0.2.9'`).toHaveLength(0);
  });

  it('are ended by an operator, whose reason is kept', async () => {
    await store.recordFailure(user.userId);
    await store.lock(user.userId, new Date(Date.now() + 60_000));
    expect(await store.unlock(user.userId, { operator: 'user/olga', reason: 'called back' })).toBe(
      user.email,
    );
    expect(await store.readStanding(user.email, 'x')).toMatchObject({ lockedUntilMs: null });
    const [entry] =
      await sql`select account_id, actor, action, details from audit_events where action = 'USER_UNLOCKED'`;
    expect(entry).toEqual({
      account_id: user.accountId,
      actor: 'user/olga',
      action: 'USER_UNLOCKED',
      details: { userId: user.userId, reason: 'called back' },
    });
    expect(await store.unlock(randomUUID(), { operator: 'user/olga', reason: 'x' })).toBeNull();
  });
});
