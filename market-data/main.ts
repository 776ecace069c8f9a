import { join } from 'node:path';
import { Code, ConnectError } from '@connectrpc/connect';
import { Decimal } from 'decimal.js';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createHttpServer } from '../adapters/http/http-server.ts';
import { createMetricsServer } from '../adapters/http/metrics-server.ts';
import { createRpcHandler } from '../adapters/http/rpc-handler.ts';
import { SERVICE_LIMITS } from '../adapters/http/server-limits.ts';
import { createServerMetrics } from '../adapters/http/server-metrics.ts';
import { handleStrayErrors } from '../adapters/http/stray-errors.ts';
import { rejectLateCalls, STRICT_JSON } from '../adapters/http/strict-calls.ts';
import { connectRedis, type RedisConnection } from '../adapters/redis/connect-redis.ts';
import { createEndedSessionsBoard } from '../adapters/redis/ended-sessions-board.ts';
import { createRedisQuoteStore, quoteKey } from '../adapters/redis/quote-store.ts';
import { watchToldSessions } from '../adapters/security/told-sessions.ts';
import { type MarketDataEnvironment, readEnvironment } from './env.ts';
import { createMarketDataGate } from './gate.ts';
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
    return createReplaySource({
      recording,
      tickMs: env.REPLAY_TICK_MS,
      ticksPerBar: env.REPLAY_TICKS_PER_BAR,
    });
  }
  return createSimulatorSource({
    prices: env.SIMULATOR_SYMBOLS,
    seed: env.SIMULATOR_SEED,
    tickMs: env.SIMULATOR_TICK_MS,
    volatility: env.SIMULATOR_VOLATILITY,
    size: new Decimal(env.SIMULATOR_SIZE),
  });
}

function connectCache(
  env: MarketDataEnvironment,
  source: QuoteSource,
  logger: Logger,
  registry: Registry,
): RedisConnection | null {
  if (env.REDIS_URL === undefined) {
    logger.info(
      'REDIS_URL is not set: quotes come straight from the source, and only for our own processes',
    );
    return null;
  }
  // What is there was written before this source began, or went stale in an outage.
  return connectRedis({
    url: env.REDIS_URL,
    logger,
    registry,
    beforeUse: (redis) => redis.unlink(source.symbols().map(quoteKey)),
  });
}

async function main(): Promise<void> {
  const env = readEnvironment(process.env);
  const logger = pino({ level: env.LOG_LEVEL, base: { service: 'market-data' } });
  handleStrayErrors(logger);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const source = await createSource(env);
  const metrics = createMarketDataMetrics(registry);
  const redis = connectCache(env, source, logger, registry);
  const cache = createQuoteCache({
    source,
    store: redis && createRedisQuoteStore({ redis, ttlMs: env.CACHE_TTL_MS }),
    metrics,
  });

  const sessions = watchToldSessions({ board: redis && createEndedSessionsBoard(redis), logger });

  const shutdown = new AbortController();
  const cacheState = (): 'up' | 'away' | 'off' =>
    redis === null ? 'off' : redis.isUsable() ? 'up' : 'away';
  const portMetrics = createServerMetrics(registry);
  const server = createHttpServer({
    protocols: 'both',
    limits: SERVICE_LIMITS,
    metrics: portMetrics('rpc'),
    logger,
    handler: createRpcHandler({
      routes: createMarketDataRoutes({ source, cache, sessions, metrics, logger }),
      fallback: createHttpRoutes(() => ({
        ready: !shutdown.signal.aborted,
        source: source.name,
        cache: cacheState(),
      })),
      requestGate: createMarketDataGate({ env, sessions, metrics, logger, clock: Date.now }),
      jsonOptions: STRICT_JSON,
      interceptors: [createRpcTimer(metrics), rejectLateCalls],
      shutdownSignal: shutdown.signal,
      readMaxBytes: REQUEST_BYTES_MAX,
    }),
  });
  const metricsServer = createMetricsServer({
    registry,
    metrics: portMetrics('metrics'),
    logger,
    notReady: () => (shutdown.signal.aborted ? 'the process is stopping' : null),
  });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (shutdown.signal.aborted) return;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), EXIT_MS_MAX).unref();
    source.stop();
    shutdown.abort(new ConnectError('market-data is stopping', Code.Unavailable));
    await Promise.all([server.close(CLOSE_GRACE_MS), metricsServer.close(0)]);
    sessions.stop();
    cache.close();
    redis?.close();
    logger.info('stopped');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  source.start();
  const { port: metricsPort } = await metricsServer.listen(
    env.MARKET_DATA_METRICS_PORT,
    env.METRICS_HOST,
  );
  const { port } = await server.listen(env.MARKET_DATA_PORT, env.HOST);
  logger.info(
    { port, metricsPort, host: env.HOST, source: source.name, symbols: source.symbols().length },
    'listening',
  );
}

await main();
