import { Code } from '@connectrpc/connect';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createRateLimits } from '../../../adapters/redis/rate-limits.ts';
import { limitRules } from '../../../api/limits/limit-settings.ts';
import { createApiRig } from '../api-rig.ts';
import { failureOf, serve } from '../connect-rig.ts';

function limitsOf(over: { address?: number; user?: number }) {
  const rules = limitRules({
    REQUESTS_PER_ADDRESS_PER_MINUTE: over.address ?? 100,
    REQUESTS_PER_USER_PER_MINUTE: over.user ?? 100,
    ORDERS_PER_MINUTE: 100,
    ORDERS_BURST: 1,
    OPEN_ORDERS_MAX: 100,
    FAILED_LOGINS_PER_ADDRESS: 100,
    REGISTRATIONS_PER_ADDRESS_PER_HOUR: 100,
    TRUSTED_PROXIES: [],
  });
  return createRateLimits({ redis: null, rules, registry: new Registry() });
}

const me = (url: string, token: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/me`, { headers: { Authorization: `Bearer ${token}`, ...headers } });

describe('general limits', () => {
  it('are told with each answer, in the form of the IETF draft and in the older one', async () => {
    const { rig, server } = await serve({ rateLimits: limitsOf({ user: 7 }) });
    const { headers, status } = await me(server.httpUrl, rig.customerToken);
    expect(status).toBe(200);
    expect(headers.get('RateLimit-Policy')).toBe('"user";q=7;w=60');
    expect(headers.get('RateLimit')).toBe('"user";r=6;t=60');
    expect(headers.get('X-RateLimit-Limit')).toBe('7');
    expect(headers.get('X-RateLimit-Remaining')).toBe('6');
    expect(Number(headers.get('X-RateLimit-Reset')) - Date.now() / 1000).toBeGreaterThan(50);
    const anonymous = await fetch(`${server.httpUrl}/v1/me`);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('RateLimit')).toBe('"address";r=98;t=60');
  });

  it('end a user, and no other, with 429 and when to come again', async () => {
    const { rig, server } = await serve({ rateLimits: limitsOf({ user: 3 }) });
    for (let request = 0; request < 3; request++)
      expect((await me(server.httpUrl, rig.customerToken)).status).toBe(200);
    const rejected = await me(server.httpUrl, rig.customerToken);
    expect(rejected.status).toBe(429);
    expect(rejected.headers.get('Retry-After')).toBe('60');
    expect(rejected.headers.get('RateLimit')).toBe('"user";r=0;t=60');
    expect(await rejected.json()).toMatchObject({
      code: 'RATE_LIMITED',
      facts: { retryAfterSeconds: 60 },
    });
    expect((await me(server.httpUrl, rig.operatorToken)).status).toBe(200);
  });

  it('are one for REST and Connect', async () => {
    const { rig, server, hub } = await serve({ rateLimits: limitsOf({ user: 2 }) });
    await hub.orders.listOrders({});
    await me(server.httpUrl, rig.customerToken);
    expect(await failureOf(hub.orders.listOrders({}))).toMatchObject({
      code: Code.ResourceExhausted,
      reason: 'RATE_LIMITED',
    });
    const rejected = await fetch(`${server.httpUrl}/hub.v1.OrderService/ListOrders`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${rig.customerToken}`, 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(rejected.status).toBe(429);
    expect(rejected.headers.get('RateLimit-Policy')).toBe('"user";q=2;w=60');
    expect(rejected.headers.get('Retry-After')).toBe('60');
  });

  it('end an address before its tokens are looked at, but never who watches over the process', async () => {
    const { rig, server } = await serve({ rateLimits: limitsOf({ address: 3 }) });
    const answers = [];
    for (let request = 0; request < 5; request++)
      answers.push((await fetch(`${server.httpUrl}/v1/me`)).status);
    expect(answers).toEqual([401, 401, 401, 429, 429]);
    expect((await me(server.httpUrl, rig.customerToken)).status).toBe(429);
    expect((await fetch(`${server.httpUrl}/health/live`)).status).toBe(200);
  });

  it('believe X-Forwarded-For from trusted proxies alone', async () => {
    const from = async (trustedProxies: string[]) => {
      const { server } = await serve({ rateLimits: limitsOf({ address: 3 }), trustedProxies });
      const answers = [];
      for (let request = 0; request < 5; request++) {
        const headers = { 'X-Forwarded-For': `198.51.100.${request}` };
        answers.push((await fetch(`${server.httpUrl}/v1/me`, { headers })).status);
      }
      return answers;
    };
    expect(await from([])).toEqual([401, 401, 401, 429, 429]);
    expect(await from(['127.0.0.1'])).toEqual([401, 401, 401, 401, 401]);
  });

  it('count calls in process as from one address', async () => {
    const rig = await createApiRig({ rateLimits: limitsOf({ address: 1 }) });
    expect((await rig.app.request('/v1/me')).status).toBe(401);
    expect((await rig.app.request('/v1/me')).status).toBe(429);
  });
});
