import { describe, expect, it, vi } from 'vitest';
import { HubError } from '../../contracts/errors.ts';
import { callJson, createApiRig } from './api-rig.ts';
import { createStubUseCases, ORDER_ID } from './stub-use-cases.ts';

const failing = (error: unknown) => {
  const getBalance = async () => {
    throw error;
  };
  return createApiRig({ useCases: createStubUseCases({ portfolio: { getBalance } }).useCases });
};

describe('problems', () => {
  it('answers an unknown error with the request’s id alone, and logs its stack', async () => {
    const rig = await failing(new Error('password of the database is hunter2'));
    const response = await callJson(rig, 'GET', '/v1/balance');
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('hunter2');
    const problem = JSON.parse(text);
    expect(problem).toMatchObject({
      code: 'INTERNAL',
      requestId: response.headers.get('X-Request-Id'),
    });
    const line = rig.logs.find((log) => log.msg === 'request failed');
    expect(line).toMatchObject({
      requestId: problem.requestId,
      err: { stack: expect.stringContaining('hunter2') },
    });
  });

  it('says when to come again while a dependency is away', async () => {
    const response = await callJson(
      await failing(new HubError('DATABASE_UNAVAILABLE')),
      'GET',
      '/v1/balance',
    );
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it.each([['{'], ['{"symbol":}'], [''], ['undefined'], ["{'a':1}"]])(
    'calls %j malformed JSON',
    async (body) => {
      const response = await callJson(await createApiRig(), 'POST', '/v1/orders', body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'MALFORMED_JSON' });
    },
  );

  it.each([
    ['text/plain'],
    ['application/xml'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data'],
  ])('does not take %s', async (contentType) => {
    const rig = await createApiRig();
    const headers = { Authorization: `Bearer ${rig.customerToken}`, 'Content-Type': contentType };
    const response = await rig.app.request('/v1/orders', { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it.each([
    ['/nope'],
    ['/v1/nope'],
    ['/v1/orders/'],
    ['/v1/auth'],
    ['/.env'],
    ['/docs/../package.json'],
    ['/docs/package.json'],
  ])('knows no route %s, with or without a token', async (path) => {
    const rig = await createApiRig();
    for (const headers of [{}, { Authorization: `Bearer ${rig.customerToken}` }]) {
      const response = await callJson(
        rig,
        'GET',
        path,
        undefined,
        headers as Record<string, string>,
      );
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    }
  });

  it.each([
    ['DELETE', '/v1/orders', ['GET', 'HEAD', 'POST']],
    ['DELETE', `/v1/orders/${ORDER_ID}`, ['GET', 'HEAD', 'PATCH']],
    ['GET', '/v1/auth/login', ['POST']],
  ])('says what is allowed instead of %s %s', async (method, path, allowed) => {
    const response = await callJson(await createApiRig(), method, path);
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')?.split(', ').sort()).toEqual(allowed);
    expect(await response.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  it('gives up on work that takes too long', async () => {
    const getBalance = () => new Promise<never>(() => {});
    const rig = await createApiRig({
      useCases: createStubUseCases({ portfolio: { getBalance } }).useCases,
      limits: { bodyBytesMax: 1024, requestTimeoutMs: 50 },
    });
    const response = await callJson(rig, 'GET', '/v1/balance');
    expect(response.status).toBe(408);
    expect(await response.json()).toMatchObject({ code: 'REQUEST_TIMEOUT' });
  });
});

describe('every answer', () => {
  it('carries the id that the request came with', async () => {
    const rig = await createApiRig();
    const ask = async (id: string) =>
      (await rig.app.request('/health/live', { headers: { 'X-Request-Id': id } })).headers.get(
        'X-Request-Id',
      );
    expect(await ask('my-id-1')).toBe('my-id-1');
    expect(await ask('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ask('a b')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('forbids content that does not come from here', async () => {
    const response = await (await createApiRig()).app.request('/nope');
    expect(response.headers.get('Content-Security-Policy')).toBe(
      `default-src 'none'; frame-ancestors 'none'`,
    );
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  });

  it('is logged without bodies, queries and tokens, and counted by its route', async () => {
    const rig = await createApiRig();
    await callJson(rig, 'GET', `/v1/orders/${ORDER_ID}?secret=1`);
    await callJson(
      rig,
      'POST',
      '/v1/auth/login',
      { email: 'ada@test.local', password: 'top-secret' },
      {},
    );
    await callJson(rig, 'GET', '/some/path/of/a/scanner');
    const text = JSON.stringify(rig.logs);
    for (const secret of [rig.customerToken, 'top-secret', 'secret=1', 'access'])
      expect(text).not.toContain(secret);
    expect(rig.logs).toContainEqual(
      expect.objectContaining({ msg: 'answered', path: `/v1/orders/${ORDER_ID}`, status: 200 }),
    );
    const metrics = await rig.registry.metrics();
    expect(metrics).toContain(
      'http_requests_total{route="/v1/orders/:id",method="GET",status="200"} 1',
    );
    expect(metrics).toContain('http_requests_total{route="unmatched",method="GET",status="404"} 1');
    expect(metrics).not.toContain('scanner');
  });
});

describe('health', () => {
  it('is live without any dependency', async () => {
    const response = await (await createApiRig()).app.request('/health/live');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'live' });
  });

  it('names what is away, and waits a second at most for what does not answer', async () => {
    const rig = await createApiRig({
      readiness: {
        postgres: async () => 1,
        temporal: async () => {
          throw new Error('no connection');
        },
        marketData: () => new Promise(() => {}),
      },
    });
    const response = await rig.app.request('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not ready',
      checks: { postgres: 'ok', temporal: 'away', marketData: 'away' },
    });
  });

  it('asks what hangs once for all who want to know, so that nothing piles up behind it', async () => {
    const postgres = vi.fn(() => new Promise(() => {}));
    const rig = await createApiRig({ readiness: { postgres } });
    const askAll = () =>
      Promise.all(Array.from({ length: 20 }, () => rig.app.request('/health/ready')));
    const answers = [...(await askAll()), ...(await askAll())];
    expect(answers.every(({ status }) => status === 503)).toBe(true);
    expect(postgres).toHaveBeenCalledTimes(1);
  });

  it('is ready when all is there', async () => {
    const rig = await createApiRig({ readiness: { postgres: async () => 1 } });
    const response = await rig.app.request('/health/ready');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ready', checks: { postgres: 'ok' } });
  });
});
