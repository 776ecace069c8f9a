import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { createHubClient } from '../../../clients/hub-client.ts';
import { HubError } from '../../../contracts/errors.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import { CUSTOMER, createStubUseCases, OPERATOR } from '../stub-use-cases.ts';

const withAuth = (auth: Parameters<typeof createStubUseCases>[0]) =>
  createApiRig({ useCases: createStubUseCases(auth).useCases });
const CHANGE = { currentPassword: 'whatever-it-was', newPassword: 'correct-horse-battery' };

describe('the token of a session that has ended', () => {
  const assertLive = async (id: string) => {
    if (id === CUSTOMER.sessionId) throw new HubError('TOKEN_REVOKED');
  };

  it('is rejected by every route that needs one', async () => {
    const rig = await createApiRig({ assertLive });
    for (const path of ['/v1/me', '/v1/orders', '/v1/admin/orders', '/v1/auth/sessions']) {
      const response = await callJson(rig, 'GET', path);
      expect(response.status, path).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"');
      expect(await response.json()).toMatchObject({ code: 'TOKEN_REVOKED' });
    }
  });

  it('is rejected by Connect, and is an answer of ValidateToken', async () => {
    const rig = await createApiRig({ assertLive });
    const server = await rig.listen();
    const hub = createHubClient({ baseUrl: server.httpUrl, token: rig.customerToken });
    await expect(hub.portfolio.getBalance({})).rejects.toMatchObject({
      code: Code.Unauthenticated,
    });
    expect(await hub.auth.validateToken({ accessToken: rig.customerToken })).toMatchObject({
      valid: false,
      code: 'TOKEN_REVOKED',
    });
    await server.close(0);
  });

  it('is 503, not rejected, when nobody can say what has ended', async () => {
    const rig = await createApiRig({
      assertLive: async () => {
        throw new HubError('DATABASE_UNAVAILABLE');
      },
    });
    const response = await callJson(rig, 'GET', '/v1/me');
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1']);
  });
});

describe('sessions', () => {
  it('are listed', async () => {
    const response = await callJson(await createApiRig(), 'GET', '/v1/auth/sessions');
    expect(await response.json()).toMatchObject({
      items: [{ id: CUSTOMER.sessionId, current: true }],
    });
  });

  it('are ended, one or all others', async () => {
    const rig = await createApiRig();
    expect(
      (await callJson(rig, 'DELETE', `/v1/auth/sessions/${CUSTOMER.sessionId.toUpperCase()}`))
        .status,
    ).toBe(204);
    expect(await (await callJson(rig, 'DELETE', '/v1/auth/sessions')).json()).toEqual({ ended: 2 });
  });

  it.each([['nonsense'], [CUSTOMER.userId], ['%00']])('are not found by %s', async (id) => {
    const response = await callJson(await createApiRig(), 'DELETE', `/v1/auth/sessions/${id}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'SESSION_NOT_FOUND' });
  });

  it('are ended by an operator with a reason, and by no customer', async () => {
    const { useCases, adminCalls } = createStubUseCases();
    const rig = await createApiRig({ useCases });
    const path = `/v1/admin/users/${CUSTOMER.userId}/sessions/end`;
    expect((await callJson(rig, 'POST', path, { reason: 'stolen' })).status).toBe(403);
    const headers = { Authorization: `Bearer ${rig.operatorToken}` };
    expect((await callJson(rig, 'POST', path, {}, headers)).status).toBe(400);
    expect(await (await callJson(rig, 'POST', path, { reason: 'stolen' }, headers)).json()).toEqual(
      { ended: 3 },
    );
    expect(adminCalls).toEqual([
      { name: 'endSessionsFor', operator: OPERATOR.userId, args: [CUSTOMER.userId, 'stolen'] },
    ]);
    expect(
      (
        await callJson(
          rig,
          'POST',
          '/v1/admin/users/nobody/sessions/end',
          { reason: 'stolen' },
          headers,
        )
      ).status,
    ).toBe(404);
  });
});

describe('logout', () => {
  it('ends the session of the access token when there is no body', async () => {
    const ended: string[] = [];
    const rig = await withAuth({
      identity: { endOwnSession: async (caller) => void ended.push(caller.sessionId) },
    });
    expect((await callJson(rig, 'POST', '/v1/auth/logout')).status).toBe(204);
    expect(ended).toEqual([CUSTOMER.sessionId]);
    expect((await callJson(rig, 'POST', '/v1/auth/logout', undefined, {})).status).toBe(401);
    expect((await callJson(rig, 'POST', '/v1/auth/logout', {})).status).toBe(400);
  });
});

describe('a change of the password', () => {
  it('is 204', async () => {
    expect((await callJson(await createApiRig(), 'POST', '/v1/auth/password', CHANGE)).status).toBe(
      204,
    );
  });

  it('is 401 with a wrong current one and 422 with a weak new one, in a sentence that does not repeat it', async () => {
    const failing = (error: HubError) =>
      withAuth({ identity: { changePassword: async () => Promise.reject(error) } });
    const wrong = await callJson(
      await failing(new HubError('INVALID_CREDENTIALS')),
      'POST',
      '/v1/auth/password',
      CHANGE,
    );
    expect([wrong.status, await wrong.json()]).toMatchObject([
      401,
      { code: 'INVALID_CREDENTIALS' },
    ]);
    const weak = await callJson(
      await failing(new HubError('PASSWORD_TOO_WEAK')),
      'POST',
      '/v1/auth/password',
      CHANGE,
    );
    expect([weak.status, await weak.json()]).toMatchObject([422, { code: 'PASSWORD_TOO_WEAK' }]);
  });

  it('needs a new one of twelve characters', async () => {
    const response = await callJson(await createApiRig(), 'POST', '/v1/auth/password', {
      ...CHANGE,
      newPassword: 'eleven-char',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ path: 'newPassword', message: 'must have at least 12 characters' }],
    });
  });
});

describe('what goes over plain HTTP', () => {
  it.each([['/docs'], ['/v1/me'], ['/openapi.json'], ['/nowhere']])(
    'says nothing of TLS: %s',
    async (path) => {
      expect(
        (await callJson(await createApiRig(), 'GET', path)).headers.has(
          'Strict-Transport-Security',
        ),
      ).toBe(false);
    },
  );

  it('keeps no token in the browser: the explorer forgets it with its page', async () => {
    expect(await (await (await createApiRig()).app.request('/docs/start.js')).text()).not.toContain(
      'persistAuthorization',
    );
  });
});
