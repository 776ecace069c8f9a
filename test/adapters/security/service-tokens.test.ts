import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../../adapters/security/access-tokens.ts';
import {
  createServiceTokenSource,
  createServiceTokenVerifier,
  isServiceToken,
} from '../../../adapters/security/service-tokens.ts';
import { makeRejectedTokens } from '../../support/forged-service-tokens.ts';
import { TEST_SECRETS } from '../../support/service-tokens.ts';

const SECRET = TEST_SECRETS.BROKER_SERVICE_SECRET;
const START_MS = Date.parse('2026-11-24T14:30:00Z');
const REJECTED = Object.entries(await makeRejectedTokens('paper-broker'));

function rigAt(startMs: number) {
  const now = { ms: startMs };
  const options = { secret: SECRET, audience: 'paper-broker', clock: () => now.ms } as const;
  return {
    now,
    tokenOf: createServiceTokenSource('workers', options),
    verify: createServiceTokenVerifier(options),
  };
}

describe('the token of a process', () => {
  it('names the process, its role and the service, and lives for a minute', async () => {
    const { tokenOf, verify } = rigAt(START_MS);
    const token = await tokenOf();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'service+jwt' });
    const { iat, exp, ...claims } = decodeJwt(token);
    expect(claims).toEqual({
      role: 'SERVICE',
      sub: 'workers',
      iss: 'hub-investments',
      aud: 'paper-broker',
    });
    expect((exp ?? 0) - (iat ?? 0)).toBe(60);
    expect(await verify(token)).toBe('workers');
    expect(isServiceToken(token)).toBe(true);
  });

  it('is signed once in 40 seconds, and is good for 20 more', async () => {
    const { now, tokenOf, verify } = rigAt(START_MS);
    const first = await tokenOf();
    now.ms += 39_999;
    expect(await tokenOf()).toBe(first);
    now.ms += 1;
    expect(await tokenOf()).not.toBe(first);
    now.ms += 19_999;
    expect(await verify(first)).toBe('workers');
    now.ms += 1;
    await expect(verify(first)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it.each(REJECTED)('is rejected when it is %s', async (name, token) => {
    const { verify } = rigAt(Date.now());
    await expect(verify(token)).rejects.toMatchObject({
      code: name === 'expired' ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID',
    });
  });

  it('is no token for people, nor theirs one for services, under the same secret', async () => {
    const people = createAccessTokens(SECRET, Date.now);
    const { tokenOf, verify } = rigAt(Date.now());
    const [userId, accountId, sessionId] = [randomUUID(), randomUUID(), randomUUID()];
    const caller = {
      userId,
      username: 'u@hub.local',
      accountId,
      sessionId,
      roles: ['OPERATOR'] as const,
    };
    await expect(people.verify(await tokenOf())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(verify(await people.sign(caller))).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });

  it('is not made with a secret of less than 32 bytes', () => {
    const options = { secret: 'short', audience: 'paper-broker', clock: Date.now } as const;
    expect(() => createServiceTokenSource('workers', options)).toThrow(RangeError);
    expect(() => createServiceTokenVerifier(options)).toThrow(RangeError);
  });
});
