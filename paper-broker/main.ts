import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { pino } from 'pino';
import { createDualProtocolServer } from '../adapters/http/dual-protocol-server.ts';
import { readEnvironment } from './env.ts';
import { createFaults } from './faults.ts';
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
  const logger = pino({ level: env.LOG_LEVEL, base: { service: 'paper-broker' } });
  const metrics = createVenueMetrics();
  collectProcessMetrics(metrics);

  const store = createVenueStore({ databaseUrl: env.PAPER_BROKER_DATABASE_URL });
  const feed = createQuoteFeed({ baseUrl: env.MARKET_DATA_URL, logger, metrics });
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
  const server = createDualProtocolServer({
    http1: connectNodeAdapter({
      routes: createRoutes({ venue, faults: env.FAULTS_ENABLED ? createFaults() : null, logger, metrics }),
      fallback: createHttpRoutes({ registry: metrics.registry, isReady: () => venue.isReady() && !shutdown.signal.aborted }),
      shutdownSignal: shutdown.signal,
      readMaxBytes: REQUEST_BYTES_MAX,
    }),
  });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (shutdown.signal.aborted) return;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), EXIT_MS_MAX).unref();
    const stopped = venue.stop();
    shutdown.abort(new ConnectError('the venue is stopping', Code.Unavailable));
    await Promise.all([stopped, server.close(CLOSE_GRACE_MS)]);
    await store.close();
    logger.info('stopped');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const { port } = await server.listen(env.PAPER_BROKER_PORT, env.HOST);
  void feed.run(venue.onQuote, shutdown.signal);
  await venue.start();
  while (!venue.isReady() && !shutdown.signal.aborted) await sleep(READY_POLL_MS);
  if (!shutdown.signal.aborted) logger.info({ port, host: env.HOST, venueId: venue.venueId() }, 'listening');
}

await main();
