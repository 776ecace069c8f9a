import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { callJson, createApiRig, JWT_SECRET } from '../api-rig.ts';
import { CUSTOMER } from '../stub-use-cases.ts';

const key = (secret: string) => new TextEncoder().encode(secret);
const nowSeconds = () => Math.floor(Date.now() / 1000);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Forgery {
  secret?: string;
  algorithm?: string;
  issuer?: string;
  audience?: string;
  roles?: unknown;
  expiresAt?: number;
  accountId?: string;
  userId?: string;
  subject?: string;
  sessionId?: unknown;
}

/** A token that is right but for what is named. */
function forge(over: Forgery = {}): Promise<string> {
  const { username, accountId, sessionId } = CUSTOMER;
  const userId = over.userId ?? CUSTOMER.userId;
  const sid = 'sessionId' in over ? over.sessionId : sessionId;
  return new SignJWT({
    userId,
    username,
    accountId: over.accountId ?? accountId,
    sid,
    roles: over.roles ?? CUSTOMER.roles,
  })
    .setProtectedHeader({ alg: over.algorithm ?? 'HS256' })
    .setSubject(over.subject ?? CUSTOMER.userId)
    .setIssuer(over.issuer ?? 'hub-investments')
    .setAudience(over.audience ?? 'hub-investments')
    .setIssuedAt(nowSeconds() - 60)
    .setExpirationTime(over.expiresAt ?? nowSeconds() + 600)
    .sign(key(over.secret ?? JWT_SECRET));
}

function unsigned(): string {
  const { userId, username, accountId } = CUSTOMER;
  const claims = {
    sub: userId,
    userId,
    username,
    accountId,
    roles: ['OPERATOR'],
    iss: 'hub-investments',
    aud: 'hub-investments',
  };
  return `${base64url({ alg: 'none' })}.${base64url({ ...claims, iat: nowSeconds(), exp: nowSeconds() + 600 })}.`;
}

/** Another payload under a good signature. */
async function altered(): Promise<string> {
  const [header, payload, signature] = (await forge()).split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  return `${header}.${base64url({ ...claims, roles: ['OPERATOR'] })}.${signature}`;
}

async function callWith(authorization: string | undefined) {
  const rig = await createApiRig();
  const response = await callJson(
    rig,
    'GET',
    '/v1/balance',
    undefined,
    authorization === undefined ? {} : { Authorization: authorization },
  );
  return { response, problem: (await response.json()) as Record<string, unknown> };
}

describe('access tokens', () => {
  it('lets a good token in', async () => {
    expect((await callWith(`Bearer ${await forge()}`)).response.status).toBe(200);
  });

  it('asks for a token when there is none', async () => {
    const { response, problem } = await callWith(undefined);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect(problem).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('says that a token has expired', async () => {
    const { response, problem } = await callWith(
      `Bearer ${await forge({ expiresAt: nowSeconds() - 1 })}`,
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"');
    expect(problem).toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it.each([
    ['signed by nobody (alg none)', async () => unsigned()],
    ['of a user that is no UUID', () => forge({ userId: 'ada' })],
    ['of a subject that is no UUID', () => forge({ subject: 'ada' })],
    ['of an account that is no UUID', () => forge({ accountId: '1 or 1=1' })],
    ['signed with another key', () => forge({ secret: 'another-secret-of-at-least-32-bytes!' })],
    ['signed with another algorithm of the same key', () => forge({ algorithm: 'HS512' })],
    ['of another issuer', () => forge({ issuer: 'somebody-else' })],
    ['for another audience', () => forge({ audience: 'somebody-else' })],
    ['with a role that does not exist', () => forge({ roles: ['ROOT'] })],
    ['without a role', () => forge({ roles: [] })],
    ['of no session', () => forge({ sessionId: undefined })],
    ['of a session that is no text', () => forge({ sessionId: 7 })],
    ['whose claims were altered', altered],
    ['that is not a token', async () => 'nonsense'],
    ['that is endless', async () => 'x'.repeat(10_000)],
  ])('rejects a token %s', async (_what, make) => {
    const { response, problem } = await callWith(`Bearer ${await make()}`);
    expect(response.status).toBe(401);
    expect(problem).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it.each([['Basic ZGVtbzpkZW1v'], ['Bearer'], ['Bearer a b'], [`Bearer ' OR 1=1 --`]])(
    'rejects the header %s',
    async (authorization) => {
      const { response, problem } = await callWith(authorization);
      expect(response.status).toBe(401);
      expect(problem).toMatchObject({ code: 'TOKEN_INVALID' });
    },
  );
});
