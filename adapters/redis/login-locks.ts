import { Counter, type Registry } from 'prom-client';
import type { LoginLockScope, LoginLocks } from '../../contracts/rate-limits.ts';
import {
  EMAIL_LOCK,
  type LockSchedule,
  lockSeconds,
  PAIR_LOCK,
} from '../../domain/identity/login-lock.ts';
import type { RedisConnection } from './connect-redis.ts';
import { createInsuredLimiter } from './insured-limiter.ts';

const REMEMBER_SECONDS = 86_400;

/**
 * Locks of logins in Redis or in memory: a counter of failures and a lock for each key. Counted as
 * `hub_login_failures_total` and `hub_login_locks_total`.
 */
export function createLoginLocks({
  redis,
  registry,
}: {
  redis: RedisConnection | null;
  registry: Registry;
}): LoginLocks {
  const failures = new Counter({
    name: 'hub_login_failures_total',
    help: 'Logins with a wrong e-mail or password',
    registers: [registry],
  });
  const locked = new Counter({
    name: 'hub_login_locks_total',
    help: 'Failed logins that locked an e-mail, for one network (PAIR) or for all (EMAIL)',
    labelNames: ['scope'],
    registers: [registry],
  });
  const scopes: Record<LoginLockScope, ReturnType<typeof createLock>> = {
    PAIR: createLock(redis, 'pair', PAIR_LOCK),
    EMAIL: createLock(redis, 'email', EMAIL_LOCK),
  };
  return {
    lockedForMs: (scope, key) => scopes[scope].lockedForMs(key),
    async recordFailure(scope, key) {
      const lockedMs = await scopes[scope].recordFailure(key);
      if (scope === 'PAIR') failures.inc();
      if (lockedMs > 0) locked.inc({ scope });
      return lockedMs;
    },
    forget: (scope, key) => scopes[scope].forget(key),
  };
}

function createLock(redis: RedisConnection | null, name: string, schedule: LockSchedule) {
  const common = { points: schedule.failuresMin, duration: REMEMBER_SECONDS };
  const counts = createInsuredLimiter(redis, { ...common, keyPrefix: `login:${name}:failures` });
  const locks = createInsuredLimiter(redis, { ...common, keyPrefix: `login:${name}:lock` });
  return {
    async lockedForMs(key: string): Promise<number> {
      const lock = await locks.run((limiter) => limiter.get(key));
      return Math.max(lock?.msBeforeNext ?? 0, 0);
    },
    async recordFailure(key: string): Promise<number> {
      const { consumedPoints } = await counts.run((limiter) => limiter.penalty(key));
      const seconds = lockSeconds(consumedPoints, schedule);
      if (seconds > 0) await locks.run((limiter) => limiter.block(key, seconds));
      return seconds * 1000;
    },
    async forget(key: string): Promise<void> {
      await Promise.all(
        [counts, locks].map((limiter) => limiter.run((inner) => inner.delete(key))),
      );
    },
  };
}
