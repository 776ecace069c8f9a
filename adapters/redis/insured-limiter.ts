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
  /** Gives back a point that was consumed. */
  giveBack(key: string): Promise<void>;
  /** Any other call of the library's. */
  run<T>(call: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T>;
}

/**
 * A limiter of `rate-limiter-flexible` in Redis, and in this process's memory while Redis is away
 * or none is configured. The library's own insurance would ask a Redis that is away anew with every
 * call; the connection knows that it is, says it once, and costs nothing then.
 *
 * Points are counted in both, and the higher count rules: a Redis that goes and comes, each time
 * for a part of the calls, gives nobody a second helping.
 */
export function createInsuredLimiter(
  redis: RedisConnection | null,
  options: LimiterOptions,
): InsuredLimiter {
  const inMemory = new RateLimiterMemory(options);
  let inRedis: RateLimiterRedis | null = null;
  async function ask<T>(call: (limiter: RateLimiterAbstract) => Promise<T>) {
    if (!redis) return null;
    return redis.attempt(async (storeClient) => {
      inRedis ??= new RateLimiterRedis({ ...options, storeClient });
      return { value: await call(inRedis) };
    });
  }
  return {
    async run(call) {
      const answer = await ask(call);
      return answer ? answer.value : call(inMemory);
    },
    async consume(key) {
      const own = await inMemory.consume(key).catch(asResult);
      const shared = (await ask((limiter) => limiter.consume(key).catch(asResult)))?.value;
      if (!shared || shared.consumedPoints <= own.consumedPoints) return own;
      const counted = (await inMemory.get(key))?.consumedPoints ?? 0;
      if (shared.consumedPoints > counted)
        await inMemory.set(key, shared.consumedPoints, Math.max(shared.msBeforeNext, 1) / 1000);
      return shared;
    },
    async giveBack(key) {
      await inMemory.reward(key);
      await ask((limiter) => limiter.reward(key));
    },
  };
}

/** The library rejects with the state when the points are used up. */
function asResult(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason;
  throw reason;
}
