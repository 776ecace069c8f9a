import type { ChainableCommander } from 'ioredis';
import type { Quote } from '../../contracts/market/market-data.ts';
import type { RedisConnection } from './connect-redis.ts';

/** Where a symbol's quote is kept, as the JSON of a `Quote`. */
export const quoteKey = (symbol: string): string => `market_data:${symbol}`;

interface RedisQuoteStoreOptions {
  redis: RedisConnection;
  /** How long a quote is kept from the moment a reader wanted it. */
  ttlMs: number;
}

/**
 * Quotes in Redis, one round trip per call whatever the number of symbols. Every call answers
 * `null` when Redis is away.
 */
export function createRedisQuoteStore({ redis, ttlMs }: RedisQuoteStoreOptions) {
  return {
    isUsable: () => redis.isUsable(),

    /** The quotes in the order asked for, `null` for each that is not there. */
    read: async (symbols: readonly string[]): Promise<(Quote | null)[] | null> => {
      const values = await redis.attempt((client) => client.mget(symbols.map(quoteKey)));
      return values?.map(parseQuote) ?? null;
    },

    /** Keeps the quotes for the TTL. How many were kept. */
    write: (quotes: readonly Quote[]): Promise<number | null> =>
      redis.attempt(async (client) => {
        const pipeline = client.pipeline();
        for (const quote of quotes)
          pipeline.set(quoteKey(quote.symbol), JSON.stringify(quote), 'PX', ttlMs);
        return (await runPipeline(pipeline)).length;
      }),

    /**
     * Replaces the quotes that are kept, and only those, without lengthening their stay: what no
     * one reads drops out.
     */
    refresh: (quotes: readonly Quote[]): Promise<number | null> =>
      redis.attempt(async (client) => {
        const pipeline = client.pipeline();
        for (const quote of quotes)
          pipeline.call('SET', quoteKey(quote.symbol), JSON.stringify(quote), 'XX', 'KEEPTTL');
        return (await runPipeline(pipeline)).filter((answer) => answer === 'OK').length;
      }),

    /** How many quotes were there to be forgotten. */
    remove: (symbols: readonly string[]): Promise<number | null> =>
      redis.attempt((client) => client.unlink(symbols.map(quoteKey))),
  };
}

/** The answers of all commands; throws the first error, as a pipeline itself never fails. */
async function runPipeline(pipeline: ChainableCommander): Promise<unknown[]> {
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

/**
 * What is not a quote (another program's, another version's) is no quote: it will be overwritten.
 */
function parseQuote(value: string | null): Quote | null {
  if (value === null) return null;
  try {
    const quote: Quote = JSON.parse(value);
    return typeof quote?.time === 'string' &&
      typeof quote.sequence === 'number' &&
      typeof quote.last === 'string'
      ? quote
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
