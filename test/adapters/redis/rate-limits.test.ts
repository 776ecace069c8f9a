import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis, type RedisConnection } from '../../../adapters/redis/connect-redis.ts';
import { createLoginLocks } from '../../../adapters/redis/login-locks.ts';
import { createRateLimits } from '../../../adapters/redis/rate-limits.ts';
import { type LimitSettings, limitRules } from '../../../api/limits/limit-settings.ts';
import { type RunningProcess, startRedis } from '../../market-data/processes.ts';

const SETTINGS: LimitSettings = {
  REQUESTS_PER_ADDRESS_PER_MINUTE: 5,
  REQUESTS_PER_USER_PER_MINUTE: 5,
  ORDERS_PER_MINUTE: 5,
  ORDERS_BURST: 3,
  OPEN_ORDERS_MAX: 5,
  FAILED_LOGINS_PER_ADDRESS: 5,
  REGISTRATIONS_PER_ADDRESS_PER_HOUR: 5,
  TRUSTED_PROXIES: [],
};
const RULES = limitRules(SETTINGS);
const WAIT = { timeout: 20_000, interval: 20 };
/** The bound of the API's connection, and time for a machine that is busy. */
const ANSWER_MS_MAX = 50 + 200;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function connect(redis: RunningProcess & { url: string }) {
  const logs: Record<string, unknown>[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line: string) => void logs.push(JSON.parse(line)) },
  );
  const registry = new Registry();
  const connection = connectRedis({ url: redis.url, logger, registry, commandTimeoutMs: 50 });
  closing.push(() => connection.close());
  return {
    connection,
    registry,
    logs,
    limits: createRateLimits({ redis: connection, rules: RULES, registry }),
  };
}

async function realRedis() {
  const redis = await startRedis();
  closing.push(() => redis.end('SIGKILL'));
  return redis;
}

const untilUsable = ({ isUsable }: RedisConnection) =>
  vi.waitFor(() => expect(isUsable()).toBe(true), WAIT);

async function takeTimes(
  limits: ReturnType<typeof createRateLimits>,
  times: number,
  key: string,
): Promise<boolean[]> {
  const states = await Promise.all(
    Array.from({ length: times }, () => limits.take('orders_per_account', key)),
  );
  return states.map(({ isAllowed }) => isAllowed);
}

const countOf = (values: boolean[]): number => values.filter(Boolean).length;

describe('limits in memory', () => {
  const limitsIn = (registry: Registry) =>
    createRateLimits({ redis: null, rules: RULES, registry });

  it('let through what a window has, then the burst, and no more', async () => {
    const registry = new Registry();
    const limits = limitsIn(registry);
    expect(countOf(await takeTimes(limits, 20, 'one'))).toBe(8);
    expect(countOf(await takeTimes(limits, 20, 'other'))).toBe(8);
    expect(await registry.metrics()).toContain(
      'hub_limit_rejections_total{limit="orders_per_account"} 24',
    );
  });

  it('say how a key stands', async () => {
    const limits = limitsIn(new Registry());
    await limits.take('requests_per_user', 'one');
    expect(await limits.take('requests_per_user', 'one')).toMatchObject({
      isAllowed: true,
      remaining: 3,
      resetSeconds: 60,
    });
  });

  it('take back what did not count', async () => {
    const limits = limitsIn(new Registry());
    for (let attempt = 0; attempt < 50; attempt++) {
      expect(await limits.take('failed_logins_per_address', 'one')).toMatchObject({
        isAllowed: true,
      });
      await limits.giveBack('failed_logins_per_address', 'one');
    }
  });
});

describe('limits in Redis', () => {
  it('are counted by all processes together, those that protect a process by itself', {
    timeout: 60_000,
  }, async () => {
    const redis = await realRedis();
    const [one, other] = [connect(redis), connect(redis)];
    await Promise.all([untilUsable(one.connection), untilUsable(other.connection)]);
    expect(
      countOf(await takeTimes(one.limits, 6, 'a')) + countOf(await takeTimes(other.limits, 6, 'a')),
    ).toBe(8);
    for (let request = 0; request < 5; request++) await one.limits.take('requests_per_user', 'u');
    expect((await one.limits.take('requests_per_user', 'u')).isAllowed).toBe(false);
    expect((await other.limits.take('requests_per_user', 'u')).isAllowed).toBe(true);
  });

  it('are counted in memory when Redis is killed, said once, and in Redis again when it is back', {
    timeout: 60_000,
  }, async () => {
    const redis = await realRedis();
    const { connection, registry, logs, limits } = connect(redis);
    await untilUsable(connection);
    expect(countOf(await takeTimes(limits, 20, 'before'))).toBe(8);
    await redis.end('SIGKILL');
    expect(countOf(await takeTimes(limits, 20, 'before'))).toBe(0);
    expect(countOf(await takeTimes(limits, 20, 'during'))).toBe(8);
    await takeTimes(limits, 200, 'more');
    expect(logs.filter(({ msg }) => msg === 'Redis is away: going on without it')).toHaveLength(1);
    expect(await registry.metrics()).toContain('redis_outages_total 1');

    const again = await startRedis(redis.port);
    closing.push(() => again.end('SIGKILL'));
    await untilUsable(connection);
    expect(countOf(await takeTimes(limits, 20, 'after'))).toBe(8);
  });

  it('are kept while Redis hangs for a moment, time and again', { timeout: 60_000 }, async () => {
    const redis = await realRedis();
    const { connection, registry, limits } = connect(redis);
    let allowed = 0;
    for (let outage = 0; outage < 4; outage++) {
      await untilUsable(connection);
      allowed += countOf(await takeTimes(limits, 2, 'flapping'));
      redis.child.kill('SIGSTOP');
      allowed += countOf(await takeTimes(limits, 2, 'flapping'));
      redis.child.kill('SIGCONT');
    }
    expect(allowed).toBe(8);
    expect(await registry.metrics()).toContain('redis_outages_total 4');
  });

  it('keep nobody waiting while Redis hangs', { timeout: 60_000 }, async () => {
    const redis = await realRedis();
    const { connection, limits } = connect(redis);
    await untilUsable(connection);
    redis.child.kill('SIGSTOP');
    const startedAt = performance.now();
    expect((await limits.take('orders_per_account', 'hanging')).isAllowed).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(ANSWER_MS_MAX);
    const again = performance.now();
    await takeTimes(limits, 100, 'next');
    expect(performance.now() - again).toBeLessThan(ANSWER_MS_MAX);
    redis.child.kill('SIGCONT');
  });
});

describe.each(['memory', 'Redis'])('locks of logins in %s', (where) => {
  async function locksIn() {
    if (where === 'memory') return createLoginLocks({ redis: null, registry: new Registry() });
    const { connection, registry } = connect(await realRedis());
    await untilUsable(connection);
    return createLoginLocks({ redis: connection, registry });
  }

  it('grow with each failure after the fifth, and are forgotten', { timeout: 60_000 }, async () => {
    const locks = await locksIn();
    const lockedMs: number[] = [];
    for (let failure = 0; failure < 8; failure++)
      lockedMs.push(await locks.recordFailure('PAIR', 'k'));
    expect(lockedMs).toEqual([0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000]);
    const left = await locks.lockedForMs('PAIR', 'k');
    expect(left).toBeGreaterThan(7_000);
    expect(left).toBeLessThanOrEqual(8_000);
    expect(await locks.lockedForMs('PAIR', 'other')).toBe(0);
    await locks.forget('PAIR', 'k');
    expect(await locks.lockedForMs('PAIR', 'k')).toBe(0);
    expect(await locks.recordFailure('PAIR', 'k')).toBe(0);
  });
});
