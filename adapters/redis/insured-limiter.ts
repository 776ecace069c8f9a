import type { Redis } from 'ioredis';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { RedisConnection } from './connect-redis.ts';

export interface LimiterOptions {
  /** Of its keys in Redis. */
  keyPrefix: string;
  points: number;
  /** Seconds. */
  duration: number;
}

export interface InsuredLimiter {
  /** Consumes a point. What was consumed may be more than there is. */
  consume(key: string): Promise<RateLimiterRes>;
  /** Any other call of the library's. */
  run<T>(call: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T>;
}

/**
 * A limiter of `rate-limiter-flexible` in Redis, and in this process's memory while Redis is away
 * or none is configured. The library's own insurance would ask a Redis that is away anew with every
 * call; the connection knows that it is, says it once, and costs nothing then.
 */
export function createInsuredLimiter(
  redis: RedisConnection | null,
  options: LimiterOptions,
): InsuredLimiter {
  const inMemory = new RateLimiterMemory(options);
  let inRedis: RateLimiterRedis | null = null;
  const limiterIn = (client: Redis) => {
    inRedis ??= new RateLimiterRedis({ ...options, storeClient: client });
    return inRedis;
  };
  async function run<T>(call: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T> {
    const answer =
      redis && (await redis.attempt(async (client) => ({ value: await call(limiterIn(client)) })));
    return answer ? answer.value : call(inMemory);
  }
  return {
    run,
    async consume(key) {
      const taken = await run((limiter) => limiter.consume(key).catch(asResult));
      // Should Redis go away, memory counts on from there.
      if (redis?.isUsable())
        await inMemory.set(key, taken.consumedPoints, Math.max(taken.msBeforeNext / 1000, 1));
      return taken;
    },
  };
}

/** The library rejects with the state when the points are used up. */
function asResult(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason;
  throw reason;
}
