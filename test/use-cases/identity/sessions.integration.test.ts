import { randomUUID } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSessionStore } from '../../../adapters/postgres/identity/session-store.ts';
import { createUserStore } from '../../../adapters/postgres/identity/user-store.ts';
import { createAccessTokens } from '../../../adapters/security/access-tokens.ts';
import { createCommonPasswords } from '../../../adapters/security/common-passwords.ts';
import { createPasswordHasher } from '../../../adapters/security/password-hasher.ts';
import { bind } from '../../../use-cases/bind.ts';
import {
  type IdentityUseCases,
  identityUseCases,
} from '../../../use-cases/identity/identity-use-cases.ts';
import { hashRefreshToken } from '../../../use-cases/identity/refresh-token.ts';
import { fromOneAddress, UNGUARDED, UNLIMITED } from '../../support/raised-limits.ts';
import { createTestDatabase } from '../../support/services.ts';

const PASSWORD = 'correct-horse-battery';
const DAY_MS = 86_400_000;

let sql: postgres.Sql;
let auth: ReturnType<typeof fromOneAddress>;
const time = { nowMs: Date.now() };
const clock = () => time.nowMs;
const accessTokens = createAccessTokens('a-secret-of-the-tests-with-32-bytes-or-more', clock);
const warnings: string[] = [];
const announced: string[] = [];
const revoked = {
  assertLive: async () => {},
  announce: async (ids: readonly string[]) => void announced.push(...ids),
};
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
  const deps = {
    users: createUserStore(sql),
    sessions: createSessionStore(sql),
    commonPasswords: createCommonPasswords(),
    passwords: await createPasswordHasher(counting),
    rateLimits: UNLIMITED,
    newId: randomUUID,
    logger: pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) }),
    ...UNGUARDED,
    ...{ revoked, accessTokens, clock },
  };
  auth = fromOneAddress(bind(deps, identityUseCases));
});
afterAll(() => sql?.end());

async function register(over: Partial<Parameters<IdentityUseCases['register']>[0]> = {}) {
  const request = {
    email: `ada-${randomUUID()}@test.local`,
    password: PASSWORD,
    firstName: 'Ada',
    lastName: 'Lovelace',
    ...over,
  };
  return auth.register(request);
}

/** The code of the error that the call must end with, and how many argon2 verifications it took. */
async function failureOf(call: () => Promise<unknown>) {
  const before = verifications;
  const error = await call().then(
    () => new Error('the call did not fail'),
    (reason: unknown) => reason,
  );
  return {
    error: error as Error & { code: string; facts: unknown },
    verifications: verifications - before,
  };
}

describe('register', () => {
  it('makes a customer and an account with no cash, in whole or not at all', async () => {
    const profile = await register({ email: `Ada-${randomUUID()}@Test.local` });
    expect(profile).toMatchObject({
      roles: ['CUSTOMER'],
      account: { status: 'ACTIVE', currency: 'USD', shortingAllowed: false },
    });
    expect(profile.email).toBe(profile.email.toLowerCase());
    const [account] =
      await sql`select buying_power from accounts where id = ${profile.account.id} and user_id = ${profile.userId}`;
    expect(account).toEqual({ buying_power: '0.00' });
    const ledger =
      await sql`select kind, asset, balance from ledger_accounts where account_id = ${profile.account.id} order by kind`;
    expect([...ledger]).toEqual(
      ['CASH_HELD', 'CASH_SETTLED', 'CASH_UNSETTLED'].map((kind) => ({
        kind,
        asset: 'USD',
        balance: '0.00000000',
      })),
    );
  });

  it('takes an e-mail once, however it is written, and however many ask at once', async () => {
    const email = `ada-${randomUUID()}@test.local`;
    const outcomes = await Promise.allSettled(
      [email, email.toUpperCase(), email].map((each) => register({ email: each })),
    );
    const rejected = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason.code] : [],
    );
    expect(rejected).toEqual(['EMAIL_TAKEN', 'EMAIL_TAKEN']);
    const [{ users } = { users: 0 }] =
      await sql`select count(*)::int as users from users where lower(email) = ${email}`;
    expect(users).toBe(1);
    const [{ orphans } = { orphans: 0 }] =
      await sql`select count(*)::int as orphans from users u left join accounts a on a.user_id = u.id where a.id is null`;
    expect(orphans).toBe(0);
  });

  it('keeps emoji and SQL in a name as they are, and no password', async () => {
    const firstName = `👩‍🚀 '; DROP TABLE users; --`;
    const profile = await register({ firstName });
    const [row] =
      await sql`select first_name, password_hash from users where id = ${profile.userId}`;
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
    expect(caller).toEqual({
      userId: profile.userId,
      username: profile.email,
      accountId: profile.account.id,
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      roles: ['CUSTOMER'],
    });
    expect(await auth.getProfile(caller)).toEqual(profile);
  });

  it('fails alike for a wrong password and an unknown user: same error, one argon2 verification each', async () => {
    const { email } = await register();
    const wrong = await failureOf(() => auth.login(email, 'wrong-password'));
    const unknown = await failureOf(() =>
      auth.login(`nobody-${randomUUID()}@test.local`, 'wrong-password'),
    );
    expect(wrong.error.code).toBe('INVALID_CREDENTIALS');
    expect({ ...unknown.error, message: unknown.error.message }).toEqual({
      ...wrong.error,
      message: wrong.error.message,
    });
    expect(wrong.verifications).toBe(1);
    expect(unknown.verifications).toBe(1);
  });

  it('is not fooled by SQL', async () => {
    const { email } = await register();
    expect((await failureOf(() => auth.login(`' OR '1'='1`, PASSWORD))).error.code).toBe(
      'INVALID_CREDENTIALS',
    );
    expect((await failureOf(() => auth.login(email, `' OR '1'='1`))).error.code).toBe(
      'INVALID_CREDENTIALS',
    );
  });

  it('keeps only the hash of the refresh token, and forgets expired ones of the user', async () => {
    const { email, userId } = await register();
    const old = await auth.login(email, PASSWORD);
    time.nowMs += 31 * DAY_MS;
    const { refreshToken } = await auth.login(email, PASSWORD);
    const kept = await sql`select token_hash from refresh_tokens where user_id = ${userId}`;
    expect([...kept]).toEqual([{ token_hash: hashRefreshToken(refreshToken) }]);
    expect((await failureOf(() => auth.refresh(old.refreshToken))).error.code).toBe(
      'REFRESH_TOKEN_INVALID',
    );
  });
});

describe('refresh', () => {
  const login = async () => {
    const profile = await register();
    return { profile, tokens: await auth.login(profile.email, PASSWORD) };
  };
  const rejection = async (token: string) =>
    (await failureOf(() => auth.refresh(token))).error.code;

  it('spends a token for a new pair, again and again', async () => {
    const { profile, tokens } = await login();
    const second = await auth.refresh(tokens.refreshToken);
    const third = await auth.refresh(second.refreshToken);
    expect(new Set([tokens.refreshToken, second.refreshToken, third.refreshToken]).size).toBe(3);
    expect((await accessTokens.verify(third.accessToken)).userId).toBe(profile.userId);
  });

  it('ends the whole session when a spent token comes again, and says so in the log', async () => {
    const { profile, tokens } = await login();
    const other = await auth.login(profile.email, PASSWORD);
    const second = await auth.refresh(tokens.refreshToken);
    const third = await auth.refresh(second.refreshToken);
    warnings.length = 0;
    expect(await rejection(tokens.refreshToken)).toBe('REFRESH_TOKEN_INVALID');
    expect(await rejection(third.refreshToken)).toBe('REFRESH_TOKEN_INVALID');
    expect(warnings.join()).toContain(profile.userId);
    expect(warnings.join()).not.toContain(tokens.refreshToken);
    expect(announced).toContain((await accessTokens.verify(tokens.accessToken)).sessionId);
    expect((await auth.refresh(other.refreshToken)).accessToken).not.toBe('');
  });

  it('leaves no token alive when one is used many times at once', async () => {
    const { profile, tokens } = await login();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => auth.refresh(tokens.refreshToken)),
    );
    const issued = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value.refreshToken] : [],
    );
    expect(issued).toHaveLength(1);
    expect(await rejection(issued[0] ?? '')).toBe('REFRESH_TOKEN_INVALID');
    const alive =
      await sql`select 1 from user_sessions where user_id = ${profile.userId} and ended_at is null`;
    expect(alive).toHaveLength(0);
  });

  it('ends 30 days after the last one', async () => {
    const { tokens } = await login();
    time.nowMs += 30 * DAY_MS - 1;
    const second = await auth.refresh(tokens.refreshToken);
    time.nowMs += 30 * DAY_MS;
    expect(await rejection(second.refreshToken)).toBe('REFRESH_TOKEN_INVALID');
  });

  it('rejects what never was a token', async () => {
    expect(await rejection('nonsense')).toBe('REFRESH_TOKEN_INVALID');
    expect(await rejection(`' OR '1'='1`)).toBe('REFRESH_TOKEN_INVALID');
  });
});

describe('logout', () => {
  it('ends the session of the token and no other', async () => {
    const { email } = await register();
    const [one, two] = [await auth.login(email, PASSWORD), await auth.login(email, PASSWORD)];
    const current = await auth.refresh(one.refreshToken);
    await auth.logout(current.refreshToken);
    expect((await failureOf(() => auth.refresh(current.refreshToken))).error.code).toBe(
      'REFRESH_TOKEN_INVALID',
    );
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

describe('sessions', () => {
  const signIn = async (email: string, password = PASSWORD) => {
    const tokens = await auth.login(email, password);
    return { ...tokens, caller: await accessTokens.verify(tokens.accessToken) };
  };

  it('are listed with the newest first and the own one marked, until they end or expire', async () => {
    const { email } = await register();
    const first = await signIn(email);
    time.nowMs += 60_000;
    const second = await signIn(email);
    time.nowMs += 60_000;
    const { accessToken } = await auth.refresh(first.refreshToken);
    expect((await accessTokens.verify(accessToken)).sessionId).toBe(first.caller.sessionId);
    const listed = await auth.listSessions(second.caller);
    expect(listed.map(({ id, current }) => [id, current])).toEqual([
      [first.caller.sessionId, false],
      [second.caller.sessionId, true],
    ]);
    expect(Date.parse(listed[0]?.lastUsedAt ?? '') - Date.parse(listed[0]?.createdAt ?? '')).toBe(
      120_000,
    );
    expect(Date.parse(listed[0]?.expiresAt ?? '')).toBe(time.nowMs + 30 * DAY_MS);
    await auth.logout(second.refreshToken);
    expect(await auth.listSessions(first.caller)).toHaveLength(1);
    time.nowMs += 31 * DAY_MS;
    expect(await auth.listSessions(first.caller)).toEqual([]);
  });

  it('are ended one by one by their user and by nobody else, and it is announced', async () => {
    const { email } = await register();
    const [mine, other] = [await signIn(email), await signIn(email)];
    const stranger = await signIn((await register()).email);
    const rejected = await failureOf(() =>
      auth.endSession(stranger.caller, other.caller.sessionId),
    );
    expect(rejected.error.code).toBe('SESSION_NOT_FOUND');
    await auth.endSession(mine.caller, other.caller.sessionId);
    expect(announced).toContain(other.caller.sessionId);
    expect((await failureOf(() => auth.refresh(other.refreshToken))).error.code).toBe(
      'REFRESH_TOKEN_INVALID',
    );
    expect(
      (await failureOf(() => auth.endSession(mine.caller, other.caller.sessionId))).error.code,
    ).toBe('SESSION_NOT_FOUND');
    expect((await auth.refresh(mine.refreshToken)).expiresInSeconds).toBe(600);
  });

  it('are ended all but the own one', async () => {
    const { email } = await register();
    const [mine] = [await signIn(email), await signIn(email), await signIn(email)];
    expect(await auth.endOtherSessions(mine.caller)).toBe(2);
    expect((await auth.listSessions(mine.caller)).map(({ current }) => current)).toEqual([true]);
  });

  it('are at most a hundred: the least recently used ends', async () => {
    const { email, userId } = await register();
    const [user] = await sql`select password_hash from users where id = ${userId}`;
    const store = createSessionStore(sql);
    const login = { userId, passwordHash: user?.password_hash };
    const first = await signIn(email);
    for (let count = 0; count < 100; count += 1) {
      time.nowMs += 1;
      const id = randomUUID();
      await store.startSession(login, {
        id,
        hash: id,
        issuedAt: new Date(time.nowMs),
        expiresAt: new Date(time.nowMs + DAY_MS),
      });
    }
    const listed = await auth.listSessions(first.caller);
    expect(listed).toHaveLength(100);
    expect(listed.some(({ id }) => id === first.caller.sessionId)).toBe(false);
  });

  it('end when an operator says so, and the audit trail says who and why', async () => {
    const profile = await register();
    const { caller, refreshToken } = await signIn(profile.email);
    const operator = { ...caller, userId: randomUUID(), roles: ['OPERATOR' as const] };
    expect(await auth.endSessionsFor(operator, profile.userId, 'stolen telephone')).toBe(1);
    expect((await failureOf(() => auth.refresh(refreshToken))).error.code).toBe(
      'REFRESH_TOKEN_INVALID',
    );
    const audit =
      await sql`select actor, action, details from audit_events where account_id = ${profile.account.id}`;
    expect([...audit]).toEqual([
      {
        actor: `user/${operator.userId}`,
        action: 'SESSIONS_ENDED',
        details: { reason: 'stolen telephone', endedSessions: 1 },
      },
    ]);
    expect(
      (await failureOf(() => auth.endSessionsFor(operator, randomUUID(), 'none'))).error.code,
    ).toBe('USER_NOT_FOUND');
  });

  it('end with the restriction of the account, whoever writes it', async () => {
    const profile = await register();
    const { refreshToken } = await signIn(profile.email);
    await sql`update accounts set status = 'RESTRICTED' where id = ${profile.account.id}`;
    expect((await failureOf(() => auth.refresh(refreshToken))).error.code).toBe(
      'REFRESH_TOKEN_INVALID',
    );
    const [session] =
      await sql`select end_reason from user_sessions where user_id = ${profile.userId}`;
    expect(session?.end_reason).toBe('ACCOUNT_RESTRICTED');
  });

  it('are over for a refresh that comes at the same time as their end', async () => {
    const { email } = await register();
    for (let round = 0; round < 10; round += 1) {
      const { caller, refreshToken } = await signIn(email);
      const [refreshed] = await Promise.allSettled([
        auth.refresh(refreshToken),
        auth.endSession(caller, caller.sessionId),
      ]);
      const last = refreshed.status === 'fulfilled' ? refreshed.value.refreshToken : refreshToken;
      expect((await failureOf(() => auth.refresh(last))).error.code).toBe('REFRESH_TOKEN_INVALID');
    }
  });
});

describe('a change of the password', () => {
  const NEW_PASSWORD = 'another-horse-battery';

  it('needs the current one, ends all other sessions, keeps this one, and is audited', async () => {
    const profile = await register();
    const [mine, other] = [
      await auth.login(profile.email, PASSWORD),
      await auth.login(profile.email, PASSWORD),
    ];
    const caller = await accessTokens.verify(mine.accessToken);
    const wrong = await failureOf(() =>
      auth.changePassword(caller, 'wrong-password', NEW_PASSWORD),
    );
    expect(wrong).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' }, verifications: 1 });
    await auth.changePassword(caller, PASSWORD, NEW_PASSWORD);
    expect(announced).toContain((await accessTokens.verify(other.accessToken)).sessionId);
    expect((await failureOf(() => auth.refresh(other.refreshToken))).error.code).toBe(
      'REFRESH_TOKEN_INVALID',
    );
    expect((await auth.refresh(mine.refreshToken)).expiresInSeconds).toBe(600);
    expect((await failureOf(() => auth.login(profile.email, PASSWORD))).error.code).toBe(
      'INVALID_CREDENTIALS',
    );
    expect((await auth.login(profile.email, NEW_PASSWORD)).expiresInSeconds).toBe(600);
    const [event] =
      await sql`select actor, action, details from audit_events where account_id = ${profile.account.id}`;
    expect(event).toEqual({
      actor: `user/${profile.userId}`,
      action: 'PASSWORD_CHANGED',
      details: { endedSessions: 1 },
    });
  });

  it('leaves no session alive that the old password opens at the same moment', async () => {
    const profile = await register();
    const mine = await auth.login(profile.email, PASSWORD);
    const caller = await accessTokens.verify(mine.accessToken);
    const logins = Array.from({ length: 6 }, () => auth.login(profile.email, PASSWORD));
    await Promise.allSettled([...logins, auth.changePassword(caller, PASSWORD, NEW_PASSWORD)]);
    expect((await auth.listSessions(caller)).map(({ current }) => current)).toEqual([true]);
  });

  it('takes one of two that come at once', async () => {
    const profile = await register();
    const caller = await accessTokens.verify(
      (await auth.login(profile.email, PASSWORD)).accessToken,
    );
    const outcomes = await Promise.allSettled(
      ['first-long-password', 'second-long-password'].map((next) =>
        auth.changePassword(caller, PASSWORD, next),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('takes no password that is easy to guess', async () => {
    const profile = await register();
    const caller = await accessTokens.verify(
      (await auth.login(profile.email, PASSWORD)).accessToken,
    );
    const rejected = await failureOf(() =>
      auth.changePassword(caller, PASSWORD, 'passwordpassword'),
    );
    expect(rejected.error).toMatchObject({ code: 'PASSWORD_TOO_WEAK' });
    expect((await auth.login(profile.email, PASSWORD)).expiresInSeconds).toBe(600);
  });

  it('knows a password however its characters are composed', async () => {
    const profile = await register({ password: 'Café-au-lait-Ⅳ' });
    expect((await auth.login(profile.email, 'Cafe\u0301-au-lait-IV')).expiresInSeconds).toBe(600);
    expect((await failureOf(() => auth.login(profile.email, 'Cafe-au-lait-IV'))).error.code).toBe(
      'INVALID_CREDENTIALS',
    );
  });
});

describe('without a database', () => {
  it('is DATABASE_UNAVAILABLE, not wrong credentials', async () => {
    const away = postgres('postgres://nobody@127.0.0.1:1/none', { connect_timeout: 1, max: 1 });
    const users = createUserStore(away);
    const passwords = await createPasswordHasher();
    const logger = pino({ level: 'silent' });
    const deps = {
      users,
      sessions: createSessionStore(away),
      passwords,
      commonPasswords: createCommonPasswords(),
      rateLimits: UNLIMITED,
      newId: randomUUID,
      ...UNGUARDED,
      ...{ revoked, accessTokens, clock, logger },
    };
    const withoutDatabase = fromOneAddress(bind(deps, identityUseCases));
    expect(
      (await failureOf(() => withoutDatabase.login('ada@test.local', PASSWORD))).error.code,
    ).toBe('DATABASE_UNAVAILABLE');
    expect((await failureOf(() => withoutDatabase.refresh('any'))).error.code).toBe(
      'DATABASE_UNAVAILABLE',
    );
    await away.end();
  });
});
