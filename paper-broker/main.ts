import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { createHttpServer } from '../adapters/http/http-server.ts';
import { createMetricsServer } from '../adapters/http/metrics-server.ts';
import { createRpcHandler } from '../adapters/http/rpc-handler.ts';
import { SERVICE_LIMITS } from '../adapters/http/server-limits.ts';
import { createServerMetrics } from '../adapters/http/server-metrics.ts';
import { handleStrayErrors } from '../adapters/http/stray-errors.ts';
import { rejectLateCalls, STRICT_JSON } from '../adapters/http/strict-calls.ts';
import { signCalls } from '../adapters/security/service-calls.ts';
import { createServiceTokenSource } from '../adapters/security/service-tokens.ts';
import { createWorkContext } from '../adapters/telemetry/work-context.ts';
import { belongToRequest } from './belong-to-request.ts';
import { readEnvironment } from './env.ts';
import { createFaults } from './faults.ts';
import { createVenueGate } from './gate.ts';
import { createHttpRoutes } from './http-routes.ts';
import { collectProcessMetrics, createVenueMetrics } from './metrics.ts';
import { createQuoteFeed } from './quote-feed.ts';
import { createRoutes } from './service.ts';
import { createVenueStore } from './store.ts';
import { createVenue } from './venue.ts';

/** A thousand settlement instructions in JSON need a quarter of a megabyte. */
const REQUEST_BYTES_MAX = 512 * 1024;
const CLOSE_GRACE_MS = 1_000;
const EXIT_MS_MAX = 4_500;
const READY_POLL_MS = 20;

async function main(): Promise<void> {
  const env = readEnvironment(process.env);
  const work = createWorkContext();
  const logger = pino({
    level: env.LOG_LEVEL,
    base: { service: 'paper-broker' },
    mixin: work.facts,
  });
  handleStrayErrors(logger);
  const metrics = createVenueMetrics();
  collectProcessMetrics(metrics);

  const store = createVenueStore({ databaseUrl: env.PAPER_BROKER_DATABASE_URL });
  const marketDataToken = createServiceTokenSource('paper-broker', {
    secret: env.MARKET_DATA_SERVICE_SECRET,
    audience: 'market-data',
    clock: Date.now,
  });
  const feed = createQuoteFeed({
    baseUrl: env.MARKET_DATA_URL,
    authenticate: signCalls(marketDataToken),
    logger,
    metrics,
  });
  const venue = createVenue({
    store,
    logger,
    metrics,
    findQuote: feed.findQuote,
    onFenced: () => {
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    },
    quoteMaxAgeMs: env.QUOTE_MAX_AGE_MS,
  });

  const shutdown = new AbortController();
  const isReady = (): boolean => venue.isReady() && !shutdown.signal.aborted;
  const portMetrics = createServerMetrics(metrics.registry);
  const server = createHttpServer({
    protocols: 'both',
    limits: SERVICE_LIMITS,
    metrics: portMetrics('rpc'),
    logger,
    handler: createRpcHandler({
      requestGate: createVenueGate({
        secret: env.BROKER_SERVICE_SECRET,
        metrics,
        logger,
        clock: Date.now,
      }),
      routes: createRoutes({
        venue,
        faults: env.FAULTS_ENABLED ? createFaults() : null,
        logger,
        metrics,
      }),
      fallback: createHttpRoutes(isReady),
      jsonOptions: STRICT_JSON,
      interceptors: [rejectLateCalls, belongToRequest(work)],
      shutdownSignal: shutdown.signal,
      readMaxBytes: REQUEST_BYTES_MAX,
    }),
  });
  const metricsServer = createMetricsServer({
    registry: metrics.registry,
    metrics: portMetrics('metrics'),
    logger,
    notReady: () => (isReady() ? null : 'the venue takes no orders now'),
  });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (shutdown.signal.aborted) return;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), EXIT_MS_MAX).unref();
    const stopped = venue.stop();
    shutdown.abort(new ConnectError('the venue is stopping', Code.Unavailable));
    await Promise.all([stopped, server.close(CLOSE_GRACE_MS), metricsServer.close(0)]);
    await store.close();
    logger.info('stopped');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const { port: metricsPort } = await metricsServer.listen(
    env.PAPER_BROKER_METRICS_PORT,
    env.METRICS_HOST,
  );
  const { port } = await server.listen(env.PAPER_BROKER_PORT, env.HOST);
  void feed.run(venue.onQuote, shutdown.signal);
  await venue.start();
  while (!venue.isReady() && !shutdown.signal.aborted) await sleep(READY_POLL_MS);
  if (!shutdown.signal.aborted)
    logger.info({ port, metricsPort, host: env.HOST, venueId: venue.venueId() }, 'listening');
}

await main();
