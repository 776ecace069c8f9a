import { randomUUID } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserStore } from '../../../adapters/postgres/user-store.ts';
import { createAccessTokens } from '../../../adapters/security/access-tokens.ts';
import { createPasswordHasher } from '../../../adapters/security/password-hasher.ts';
import { createAuthUseCases } from '../../../use-cases/auth/auth-use-cases.ts';
import { hashRefreshToken } from '../../../use-cases/auth/refresh-token.ts';
import type { AuthUseCases } from '../../../use-cases/use-cases.ts';
import { createTestDatabase } from '../../support/services.ts';

const PASSWORD = 'correct-horse-battery';
const DAY_MS = 86_400_000;

let sql: postgres.Sql;
let auth: AuthUseCases;
const time = { nowMs: Date.now() };
const clock = () => time.nowMs;
const accessTokens = createAccessTokens('a-secret-of-the-tests-with-32-bytes-or-more', clock);
const warnings: string[] = [];
let verifications = 0;

beforeAll(async () => {
  const { url } = await createTestDatabase();
  sql = postgres(url, { onnotice: () => {} });
  const counting = {
    hash,
    verify: (hashed: string, password: string) => {
      verifications += 1;
      return verify(hashed, password);
    },
  };
  auth = createAuthUseCases({
    users: createUserStore(sql),
    passwords: await createPasswordHasher(counting),
    accessTokens,
    clock,
    newId: randomUUID,
    logger: pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) }),
  });
});
afterAll(() => sql.end());

async function register(over: Partial<Parameters<AuthUseCases['register']>[0]> = {}) {
  const request = { email: `ada-${randomUUID()}@test.local`, password: PASSWORD, firstName: 'Ada', lastName: 'Lovelace', ...over };
  return auth.register(request);
}

/** The code of the error that the call must end with, and how many argon2 verifications it took. */
async function failureOf(call: () => Promise<unknown>) {
  const before = verifications;
  const error = await call().then(
    () => new Error('the call did not fail'),
    (reason: unknown) => reason,
  );
  return { error: error as Error & { code: string; facts: unknown }, verifications: verifications - before };
}

describe('register', () => {
  it('makes a customer and an account with no cash, in whole or not at all', async () => {
    const profile = await register({ email: `Ada-${randomUUID()}@Test.local` });
    expect(profile).toMatchObject({ roles: ['CUSTOMER'], account: { status: 'ACTIVE', currency: 'USD', shortingAllowed: false } });
    expect(profile.email).toBe(profile.email.toLowerCase());
    const [account] = await sql`select buying_power from accounts where id = ${profile.account.id} and user_id = ${profile.userId}`;
    expect(account).toEqual({ buying_power: '0.00' });
    const ledger = await sql`select kind, asset, balance from ledger_accounts where account_id = ${profile.account.id} order by kind`;
    expect([...ledger]).toEqual(
      ['CASH_HELD', 'CASH_SETTLED', 'CASH_UNSETTLED'].map((kind) => ({ kind, asset: 'USD', balance: '0.00000000' })),
    );
  });

  it('takes an e-mail once, however it is written, and however many ask at once', async () => {
    const email = `ada-${randomUUID()}@test.local`;
    const outcomes = await Promise.allSettled([email, email.toUpperCase(), email].map((each) => register({ email: each })));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(refused).toEqual(['EMAIL_TAKEN', 'EMAIL_TAKEN']);
    const [{ users } = { users: 0 }] = await sql`select count(*)::int as users from users where lower(email) = ${email}`;
    expect(users).toBe(1);
    const [{ orphans } = { orphans: 0 }] =
      await sql`select count(*)::int as orphans from users u left join accounts a on a.user_id = u.id where a.id is null`;
    expect(orphans).toBe(0);
  });

  it('keeps emoji and SQL in a name as they are, and no password', async () => {
    const firstName = `👩‍🚀 '; DROP TABLE users; --`;
    const profile = await register({ firstName });
    const [row] = await sql`select first_name, password_hash from users where id = ${profile.userId}`;
    expect(row?.first_name).toBe(firstName);
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('login', () => {
  it('gives tokens for the user, however its e-mail is written', async () => {
    const profile = await register();
    const tokens = await auth.login(profile.email.toUpperCase(), PASSWORD);
    expect(tokens.expiresInSeconds).toBe(600);
    const caller = await accessTokens.verify(tokens.accessToken);
    expect(caller).toEqual({ userId: profile.userId, username: profile.email, accountId: profile.account.id, roles: ['CUSTOMER'] });
    expect(await auth.getProfile(caller)).toEqual(profile);
  });

  it('fails alike for a wrong password and an unknown user: same error, one argon2 verification each', async () => {
    const { email } = await register();
    const wrong = await failureOf(() => auth.login(email, 'wrong-password'));
    const unknown = await failureOf(() => auth.login(`nobody-${randomUUID()}@test.local`, 'wrong-password'));
    expect(wrong.error.code).toBe('INVALID_CREDENTIALS');
    expect({ ...unknown.error, message: unknown.error.message }).toEqual({ ...wrong.error, message: wrong.error.message });
    expect(wrong.verifications).toBe(1);
    expect(unknown.verifications).toBe(1);
  });

  it('is not fooled by SQL', async () => {
    const { email } = await register();
    expect((await failureOf(() => auth.login(`' OR '1'='1`, PASSWORD))).error.code).toBe('INVALID_CREDENTIALS');
    expect((await failureOf(() => auth.login(email, `' OR '1'='1`))).error.code).toBe('INVALID_CREDENTIALS');
  });

  it('keeps only the hash of the refresh token, and forgets expired ones of the user', async () => {
    const { email, userId } = await register();
    const old = await auth.login(email, PASSWORD);
    time.nowMs += 31 * DAY_MS;
    const { refreshToken } = await auth.login(email, PASSWORD);
    const kept = await sql`select token_hash from refresh_tokens where user_id = ${userId}`;
    expect([...kept]).toEqual([{ token_hash: hashRefreshToken(refreshToken) }]);
    expect((await failureOf(() => auth.refresh(old.refreshToken))).error.code).toBe('REFRESH_TOKEN_INVALID');
  });
});

describe('refresh', () => {
  const login = async () => {
    const profile = await register();
    return { profile, tokens: await auth.login(profile.email, PASSWORD) };
  };
  const refusal = async (token: string) => (await failureOf(() => auth.refresh(token))).error.code;

  it('spends a token for a new pair, again and again', async () => {
    const { profile, tokens } = await login();
    const second = await auth.refresh(tokens.refreshToken);
    const third = await auth.refresh(second.refreshToken);
    expect(new Set([tokens.refreshToken, second.refreshToken, third.refreshToken]).size).toBe(3);
    expect((await accessTokens.verify(third.accessToken)).userId).toBe(profile.userId);
  });

  it('ends the whole family when a spent token comes again, and says so in the log', async () => {
    const { profile, tokens } = await login();
    const other = await auth.login(profile.email, PASSWORD);
    const second = await auth.refresh(tokens.refreshToken);
    const third = await auth.refresh(second.refreshToken);
    warnings.length = 0;
    expect(await refusal(tokens.refreshToken)).toBe('REFRESH_TOKEN_INVALID');
    expect(await refusal(third.refreshToken)).toBe('REFRESH_TOKEN_INVALID');
    expect(warnings.join()).toContain(profile.userId);
    expect(warnings.join()).not.toContain(tokens.refreshToken);
    expect((await auth.refresh(other.refreshToken)).accessToken).not.toBe('');
  });

  it('leaves no token alive when one is used many times at once', async () => {
    const { profile, tokens } = await login();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => auth.refresh(tokens.refreshToken)));
    const issued = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.refreshToken] : []));
    expect(issued).toHaveLength(1);
    expect(await refusal(issued[0] ?? '')).toBe('REFRESH_TOKEN_INVALID');
    const alive = await sql`select 1 from refresh_tokens where user_id = ${profile.userId} and revoked_at is null`;
    expect(alive).toHaveLength(0);
  });

  it('ends 30 days after the last one', async () => {
    const { tokens } = await login();
    time.nowMs += 30 * DAY_MS - 1;
    const second = await auth.refresh(tokens.refreshToken);
    time.nowMs += 30 * DAY_MS;
    expect(await refusal(second.refreshToken)).toBe('REFRESH_TOKEN_INVALID');
  });

  it('refuses what never was a token', async () => {
    expect(await refusal('nonsense')).toBe('REFRESH_TOKEN_INVALID');
    expect(await refusal(`' OR '1'='1`)).toBe('REFRESH_TOKEN_INVALID');
  });
});

describe('logout', () => {
  it('ends the session of the token and no other', async () => {
    const { email } = await register();
    const [one, two] = [await auth.login(email, PASSWORD), await auth.login(email, PASSWORD)];
    const current = await auth.refresh(one.refreshToken);
    await auth.logout(current.refreshToken);
    expect((await failureOf(() => auth.refresh(current.refreshToken))).error.code).toBe('REFRESH_TOKEN_INVALID');
    expect((await auth.refresh(two.refreshToken)).expiresInSeconds).toBe(600);
  });

  it('is done twice without an error, and with an unknown token', async () => {
    const { email } = await register();
    const { refreshToken } = await auth.login(email, PASSWORD);
    await auth.logout(refreshToken);
    await auth.logout(refreshToken);
    await auth.logout('nonsense');
  });
});

describe('without a database', () => {
  it('is DATABASE_UNAVAILABLE, not wrong credentials', async () => {
    const away = postgres('postgres://nobody@127.0.0.1:1/none', { connect_timeout: 1, max: 1 });
    const users = createUserStore(away);
    const passwords = await createPasswordHasher();
    const logger = pino({ level: 'silent' });
    const withoutDatabase = createAuthUseCases({ users, passwords, accessTokens, clock, newId: randomUUID, logger });
    expect((await failureOf(() => withoutDatabase.login('ada@test.local', PASSWORD))).error.code).toBe('DATABASE_UNAVAILABLE');
    expect((await failureOf(() => withoutDatabase.refresh('any'))).error.code).toBe('DATABASE_UNAVAILABLE');
    await away.end();
  });
});
