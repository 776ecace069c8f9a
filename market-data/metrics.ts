import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type MarketDataMetrics = ReturnType<typeof createMarketDataMetrics>;

/**
 * The service's own figures; those of Redis and of the process are registered where they are made.
 */
export function createMarketDataMetrics(registry: Registry) {
  const registers = [registry];
  return {
    cacheReads: new Counter({
      name: 'market_data_cache_reads_total',
      help: 'Quotes asked of the cache: hit, miss, or bypass when there is no usable cache',
      labelNames: ['result'] as const,
      registers,
    }),
    sourceReads: new Counter({
      name: 'market_data_source_reads_total',
      help: 'Quotes read from the source',
      registers,
    }),
    published: new Counter({
      name: 'market_data_quotes_published_total',
      help: 'Quotes published by the source',
      registers,
    }),
    turnedAway: new Counter({
      name: 'market_data_calls_turned_away_total',
      help: 'Calls without a token that allows them',
      labelNames: ['procedure', 'code'] as const,
      registers,
    }),
    streams: new Gauge({ name: 'market_data_streams', help: 'Open quote streams', registers }),
    rpcSeconds: new Histogram({
      name: 'market_data_rpc_duration_seconds',
      help: 'Time to the answer of unary calls',
      labelNames: ['method', 'code'] as const,
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
    }),
  };
}
