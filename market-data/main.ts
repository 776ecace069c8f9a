import { join } from 'node:path';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { Decimal } from 'decimal.js';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createDualProtocolServer } from '../adapters/http/dual-protocol-server.ts';
import { connectRedis, type RedisConnection } from '../adapters/redis/connect-redis.ts';
import { createRedisQuoteStore, quoteKey } from '../adapters/redis/quote-store.ts';
import { type MarketDataEnvironment, readEnvironment } from './env.ts';
import { createHttpRoutes } from './http-routes.ts';
import { createMarketDataMetrics } from './metrics.ts';
import { createQuoteCache } from './quote-cache.ts';
import { createMarketDataRoutes, createRpcTimer } from './service.ts';
import { readRecording } from './sources/recording.ts';
import { createReplaySource } from './sources/replay.ts';
import { createSimulatorSource } from './sources/simulator.ts';
import type { QuoteSource } from './sources/source.ts';

const RECORDING = join(import.meta.dirname, 'recording', 'us-equities-daily-2010-2013.csv');
const REQUEST_BYTES_MAX = 64 * 1024;
const CLOSE_GRACE_MS = 3_000;
const EXIT_MS_MAX = 5_000;

async function createSource(env: MarketDataEnvironment): Promise<QuoteSource> {
  if (env.SOURCE === 'replay') {
    const recording = await readRecording(RECORDING);
    return createReplaySource({ recording, tickMs: env.REPLAY_TICK_MS, ticksPerBar: env.REPLAY_TICKS_PER_BAR });
  }
  return createSimulatorSource({
    prices: env.SIMULATOR_SYMBOLS,
    seed: env.SIMULATOR_SEED,
    tickMs: env.SIMULATOR_TICK_MS,
    volatility: env.SIMULATOR_VOLATILITY,
    size: new Decimal(env.SIMULATOR_SIZE),
  });
}

function connectCache(env: MarketDataEnvironment, source: QuoteSource, logger: Logger, registry: Registry): RedisConnection | null {
  if (env.REDIS_URL === undefined) {
    logger.info('REDIS_URL is not set: quotes come straight from the source');
    return null;
  }
  // What is there was written before this source began, or went stale in an outage.
  return connectRedis({ url: env.REDIS_URL, logger, registry, beforeUse: (redis) => redis.unlink(source.symbols().map(quoteKey)) });
}

async function main(): Promise<void> {
  const env = readEnvironment(process.env);
  const logger = pino({ level: env.LOG_LEVEL, base: { service: 'market-data' } });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const source = await createSource(env);
  const metrics = createMarketDataMetrics(registry);
  const redis = connectCache(env, source, logger, registry);
  const cache = createQuoteCache({ source, store: redis && createRedisQuoteStore({ redis, ttlMs: env.CACHE_TTL_MS }), metrics });

  const shutdown = new AbortController();
  const cacheState = (): 'up' | 'away' | 'off' => (redis === null ? 'off' : redis.isUsable() ? 'up' : 'away');
  const server = createDualProtocolServer({
    http1: connectNodeAdapter({
      routes: createMarketDataRoutes({ source, cache, metrics, logger }),
      fallback: createHttpRoutes({
        registry,
        health: () => ({ ready: !shutdown.signal.aborted, source: source.name, cache: cacheState() }),
      }),
      interceptors: [createRpcTimer(metrics)],
      shutdownSignal: shutdown.signal,
      readMaxBytes: REQUEST_BYTES_MAX,
    }),
  });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (shutdown.signal.aborted) return;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), EXIT_MS_MAX).unref();
    source.stop();
    shutdown.abort(new ConnectError('market-data is stopping', Code.Unavailable));
    await server.close(CLOSE_GRACE_MS);
    cache.close();
    redis?.close();
    logger.info('stopped');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  source.start();
  const { port } = await server.listen(env.MARKET_DATA_PORT, env.HOST);
  logger.info({ port, host: env.HOST, source: source.name, symbols: source.symbols().length }, 'listening');
}

await main();
