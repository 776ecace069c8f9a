import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../../adapters/security/access-tokens.ts';
import type { Caller } from '../../../contracts/identity/caller.ts';
import { validateToken } from '../../../use-cases/identity/validate-token.ts';

const SECRET = 'a-secret-of-the-tests-with-32-bytes-or-more';
const userIdOf = (index: number): string =>
  `0198aaaa-0000-7000-8000-${String(index).padStart(12, '0')}`;
const CALLER: Caller = {
  userId: userIdOf(1),
  username: 'ada@test.local',
  accountId: '0198aaaa-0000-7000-8000-00000000000a',
  sessionId: '0198aaaa-0000-7000-8000-00000000005e',
  roles: ['CUSTOMER'],
};
const START_MS = 1_764_000_000_000;

function tokensAt(startMs = START_MS) {
  const time = { nowMs: startMs };
  return { time, tokens: createAccessTokens(SECRET, () => time.nowMs) };
}

describe('access tokens', () => {
  it('say who the caller is, for ten minutes', async () => {
    const { tokens } = tokensAt();
    const token = await tokens.sign(CALLER);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(decodeJwt(token)).toEqual({
      sub: CALLER.userId,
      userId: CALLER.userId,
      username: 'ada@test.local',
      accountId: CALLER.accountId,
      sid: CALLER.sessionId,
      roles: ['CUSTOMER'],
      iss: 'hub-investments',
      aud: 'hub-investments',
      iat: START_MS / 1000,
      exp: START_MS / 1000 + 600,
    });
    expect(await tokens.verify(token)).toEqual(CALLER);
  });

  it('end to the second, also one that was found good before', async () => {
    const { time, tokens } = tokensAt();
    const token = await tokens.sign(CALLER);
    time.nowMs += 599_999;
    expect(await tokens.verify(token)).toEqual(CALLER);
    time.nowMs += 1;
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('are taken by whoever shares the secret, and by nobody else', async () => {
    const token = await tokensAt().tokens.sign(CALLER);
    expect(await tokensAt().tokens.verify(token)).toEqual(CALLER);
    const stranger = createAccessTokens('another-secret-of-at-least-32-bytes!', () => START_MS);
    await expect(stranger.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('are all told apart when more are in use than are remembered', async () => {
    const { tokens } = tokensAt();
    const callers = Array.from({ length: 10_050 }, (_, index) => ({
      ...CALLER,
      userId: userIdOf(index),
    }));
    const signed = await Promise.all(callers.map((caller) => tokens.sign(caller)));
    for (const token of signed) await tokens.verify(token);
    expect((await tokens.verify(signed[0] ?? '')).userId).toBe(userIdOf(0));
    expect((await tokens.verify(signed.at(-1) ?? '')).userId).toBe(userIdOf(10_049));
  });

  it.each([
    ['userId', 'u-1'],
    ['userId', CALLER.userId.toUpperCase()],
    ['userId', `${CALLER.userId}\n`],
    ['accountId', ''],
    ['accountId', "' or 1=1 --"],
  ] as const)('are not valid with a %s of %j, whoever signed them', async (claim, value) => {
    const { tokens } = tokensAt();
    await expect(
      tokens.verify(await tokens.sign({ ...CALLER, [claim]: value })),
    ).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('cannot be made with a short secret', () => {
    expect(() => createAccessTokens('short', Date.now)).toThrow('at least 32 bytes');
  });
});

describe('validateToken', () => {
  it('answers for good and bad tokens alike', async () => {
    const { time, tokens } = tokensAt();
    const token = await tokens.sign(CALLER);
    expect(await validateToken({ accessTokens: tokens }, token)).toEqual({
      valid: true,
      caller: CALLER,
    });
    expect(await validateToken({ accessTokens: tokens }, `${token}x`)).toEqual({
      valid: false,
      code: 'TOKEN_INVALID',
    });
    time.nowMs += 600_000;
    expect(await validateToken({ accessTokens: tokens }, token)).toEqual({
      valid: false,
      code: 'TOKEN_EXPIRED',
    });
  });

  it('does not call a failure of its own a bad token', async () => {
    const verify = async () => {
      throw new Error('out of order');
    };
    await expect(validateToken({ accessTokens: { verify } }, 'any')).rejects.toThrow(
      'out of order',
    );
  });
});
