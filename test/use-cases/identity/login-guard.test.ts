import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { createLoginLocks } from '../../../adapters/redis/login-locks.ts';
import { createRateLimits } from '../../../adapters/redis/rate-limits.ts';
import { limitRules } from '../../../api/limits/limit-settings.ts';
import { HubError } from '../../../contracts/errors.ts';
import type { LoginAttempts } from '../../../contracts/identity/login-attempts.ts';
import { guardLogin } from '../../../use-cases/identity/login-guard.ts';

const ADA = 'ada@test.local';
const PER_ADDRESS = 1_000;

/** One user, Ada, whose attempts are kept as the database keeps them; counters in memory. */
function createWorld({ perAddress = PER_ADDRESS } = {}) {
  const ada = { failures: 0, lockedUntilMs: null as number | null, addresses: new Set<string>() };
  const attempts: LoginAttempts = {
    readStanding: async (email, address) =>
      email === ADA
        ? {
            userId: 'ada',
            lockedUntilMs: ada.lockedUntilMs,
            isKnownAddress: ada.addresses.has(address),
          }
        : null,
    recordFailure: async () => ++ada.failures,
    lock: async (_userId, until) => {
      ada.lockedUntilMs = Math.max(ada.lockedUntilMs ?? 0, until.getTime());
    },
    recordSuccess: async (_userId, address) => {
      Object.assign(ada, { failures: 0, lockedUntilMs: null });
      ada.addresses.add(address);
    },
    unlock: async () => ADA,
  };
  const rules = limitRules({
    ...{
      REQUESTS_PER_ADDRESS_PER_MINUTE: 1,
      REQUESTS_PER_USER_PER_MINUTE: 1,
      ORDERS_PER_MINUTE: 1,
      ORDERS_BURST: 1,
      OPEN_ORDERS_MAX: 1,
    },
    ...{
      FAILED_LOGINS_PER_ADDRESS: perAddress,
      REGISTRATIONS_PER_ADDRESS_PER_HOUR: 1,
      TRUSTED_PROXIES: [],
    },
  });
  const logs: Record<string, unknown>[] = [];
  const pauses: number[] = [];
  const registry = new Registry();
  let checks = 0;
  const deps = {
    rateLimits: createRateLimits({ redis: null, rules, registry }),
    locks: createLoginLocks({ redis: null, registry }),
    attempts,
    pause: async (ms: number) => void pauses.push(ms),
    clock: Date.now,
    logger: pino({ level: 'info' }, { write: (line: string) => void logs.push(JSON.parse(line)) }),
  };
  /** `in`, or the code of the error. */
  const login = (email: string, address: string, isRight: boolean): Promise<string> =>
    guardLogin(deps, email, address, async () => {
      checks += 1;
      if (!isRight) throw new HubError('INVALID_CREDENTIALS');
      return 'in';
    }).catch((error: HubError) => error.code);
  return { ada, login, logs, pauses, registry, checks: () => checks };
}

async function guess(
  world: ReturnType<typeof createWorld>,
  email: string,
  address: string,
  times: number,
): Promise<string[]> {
  const codes: string[] = [];
  for (let attempt = 0; attempt < times; attempt++)
    codes.push(await world.login(email, address, false));
  return codes;
}

const networks = (count: number) =>
  Array.from({ length: count }, (_, index) => `198.51.100.${index}`);

describe('who guesses a password', () => {
  it('is locked for his network after five failures, and nobody else', async () => {
    const world = createWorld();
    expect(await guess(world, ADA, '203.0.113.1', 7)).toEqual([
      ...Array(5).fill('INVALID_CREDENTIALS'),
      'RATE_LIMITED',
      'RATE_LIMITED',
    ]);
    expect(await world.login(ADA, '203.0.113.1', true)).toBe('RATE_LIMITED');
    expect(world.checks()).toBe(5);
    expect(await world.login(ADA, '203.0.113.2', true)).toBe('in');
    expect(await world.login('bob@test.local', '203.0.113.1', false)).toBe('INVALID_CREDENTIALS');
  });

  it('waits longer with each further failure', async () => {
    vi.useFakeTimers();
    try {
      const world = createWorld();
      await guess(world, ADA, '203.0.113.1', 5);
      for (const seconds of [1, 2, 4, 8]) {
        vi.advanceTimersByTime(seconds * 1_000 - 50);
        expect(await world.login(ADA, '203.0.113.1', false)).toBe('RATE_LIMITED');
        vi.advanceTimersByTime(100);
        expect(await world.login(ADA, '203.0.113.1', false)).toBe('INVALID_CREDENTIALS');
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('is turned away whatever the e-mail when too much of his has failed, before any password is looked at', async () => {
    const world = createWorld({ perAddress: 10 });
    for (let user = 0; user < 10; user++)
      expect(await world.login(`u${user}@test.local`, 'here', false)).toBe('INVALID_CREDENTIALS');
    expect(await world.login('another@test.local', 'here', false)).toBe('RATE_LIMITED');
    expect(world.checks()).toBe(10);
    expect(await world.login(ADA, 'elsewhere', true)).toBe('in');
  });

  it('has no more attempts at once than failures', async () => {
    const world = createWorld({ perAddress: 10 });
    const codes = await Promise.all(
      Array.from({ length: 300 }, (_, user) => world.login(`u${user}@test.local`, 'here', false)),
    );
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
    expect(world.checks()).toBe(10);
  });

  it('cannot tell whether there is such a user: not by the code, not by the lock, not by the time', async () => {
    const world = createWorld();
    for (const address of networks(25)) {
      expect(await guess(world, ADA, address, 5)).toEqual(
        await guess(world, 'nobody@test.local', address, 5),
      );
    }
    expect(await world.login(ADA, 'another', false)).toBe('RATE_LIMITED');
    expect(await world.login('nobody@test.local', 'another', false)).toBe('RATE_LIMITED');
    expect(world.pauses.every((ms) => ms > 200)).toBe(true);
  });

  it('is logged with the user, where there is one, and the network, and counted', async () => {
    const world = createWorld();
    await guess(world, ADA, '203.0.113.1', 6);
    await guess(world, 'nobody@test.local', '203.0.113.1', 1);
    expect(world.logs[0]).toMatchObject({
      msg: 'a login failed',
      userId: 'ada',
      address: '203.0.113.1',
      failures: 1,
    });
    expect(world.logs[5]).toMatchObject({
      msg: 'a login was turned away',
      userId: 'ada',
      address: '203.0.113.1',
    });
    expect(world.logs[6]).toMatchObject({
      msg: 'a login failed',
      userId: null,
      address: '203.0.113.1',
    });
    expect(JSON.stringify(world.logs)).not.toContain('test.local');
    const metrics = await world.registry.metrics();
    expect(metrics).toContain('hub_login_failures_total 6');
    expect(metrics).toContain('hub_login_locks_total{scope="PAIR"} 1');
  });
});

describe('a user who is guessed at from everywhere', () => {
  it('is locked after a hundred failures in a row, but for the networks from which he has logged in', async () => {
    const world = createWorld();
    expect(await world.login(ADA, 'home', true)).toBe('in');
    for (const address of networks(20)) await guess(world, ADA, address, 5);
    expect(world.ada.failures).toBe(100);
    expect(world.ada.lockedUntilMs).toBeGreaterThan(Date.now());
    expect(await world.login(ADA, 'abroad', true)).toBe('RATE_LIMITED');
    expect(await world.login(ADA, 'home', true)).toBe('in');
    expect(world.ada).toMatchObject({ failures: 0, lockedUntilMs: null });
  });

  it('is counted anew from each login on', async () => {
    const world = createWorld();
    for (const address of networks(19)) await guess(world, ADA, address, 5);
    await world.login(ADA, 'home', true);
    for (const address of networks(40).slice(20, 39)) await guess(world, ADA, address, 5);
    expect(world.ada).toMatchObject({ failures: 95, lockedUntilMs: null });
  });
});

describe('what is no wrong password', () => {
  it('counts for nothing', async () => {
    const world = createWorld({ perAddress: 3 });
    for (let login = 0; login < 20; login++)
      expect(await world.login(ADA, 'home', true)).toBe('in');
  });
});
