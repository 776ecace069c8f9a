import { Counter, type Registry } from 'prom-client';
import type { RateLimiterRes } from 'rate-limiter-flexible';
import type { LimitName, LimitRule, LimitState, RateLimits } from '../../contracts/rate-limits.ts';
import type { RedisConnection } from './connect-redis.ts';
import { createInsuredLimiter, type InsuredLimiter } from './insured-limiter.ts';

/** A burst comes back over so many windows. */
const BURST_WINDOWS = 10;

interface RateLimitsOptions {
  /** `null`: each process counts for itself. */
  redis: RedisConnection | null;
  rules: Readonly<Record<LimitName, LimitRule>>;
  registry: Registry;
}

interface Limiters {
  steady: InsuredLimiter;
  burst: InsuredLimiter | null;
}

/**
 * Limits over fixed windows, counted in Redis or in memory. Rejections are counted as
 * `hub_limit_rejections_total`, by the limit.
 */
export function createRateLimits({ redis, rules, registry }: RateLimitsOptions): RateLimits {
  const rejections = new Counter({
    name: 'hub_limit_rejections_total',
    help: 'Requests turned away by a limit',
    labelNames: ['limit'],
    registers: [registry],
  });
  const limiters = new Map(
    Object.keys(rules).map((name) => [name, limitersOf(redis, name, rules[name as LimitName])]),
  );
  const limitersFor = (name: LimitName): Limiters => {
    const found = limiters.get(name);
    if (!found) throw new RangeError(`there is no limit ${name}`);
    return found;
  };

  return {
    async take(name, key) {
      const rule = rules[name];
      const { steady, burst } = limitersFor(name);
      const taken = stateOf(rule, await steady.consume(key));
      if (taken.isAllowed) return taken;
      const spared = burst && rule.burst ? await burst.consume(key) : null;
      if (spared && spared.consumedPoints <= (rule.burst ?? 0))
        return { ...taken, isAllowed: true };
      rejections.inc({ limit: name });
      return taken;
    },
    async giveBack(name, key) {
      await limitersFor(name).steady.giveBack(key);
    },
  };
}

function limitersOf(
  redis: RedisConnection | null,
  name: string,
  { points, windowSeconds, burst, scope }: LimitRule,
): Limiters {
  const shared = scope === 'SHARED' ? redis : null;
  const keyPrefix = `limit:${name}`;
  return {
    steady: createInsuredLimiter(shared, { keyPrefix, points, duration: windowSeconds }),
    burst: burst
      ? createInsuredLimiter(shared, {
          keyPrefix: `${keyPrefix}:burst`,
          points: burst,
          duration: windowSeconds * BURST_WINDOWS,
        })
      : null,
  };
}

const stateOf = (
  rule: LimitRule,
  { consumedPoints, msBeforeNext }: RateLimiterRes,
): LimitState => ({
  isAllowed: consumedPoints <= rule.points,
  rule,
  remaining: Math.max(rule.points - consumedPoints, 0),
  resetSeconds: Math.max(Math.ceil(msBeforeNext / 1000), 1),
});
