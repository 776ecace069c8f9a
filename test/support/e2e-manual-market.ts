import { text } from 'node:stream/consumers';
import { Decimal } from 'decimal.js';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createHttpServer } from '../../adapters/http/http-server.ts';
import { createRpcHandler } from '../../adapters/http/rpc-handler.ts';
import { SERVICE_LIMITS } from '../../adapters/http/server-limits.ts';
import { createServerMetrics } from '../../adapters/http/server-metrics.ts';
import { watchToldSessions } from '../../adapters/security/told-sessions.ts';
import type { Quote } from '../../contracts/market/market-data.ts';
import { readEnvironment } from '../../market-data/env.ts';
import { createMarketDataGate } from '../../market-data/gate.ts';
import { createHttpRoutes } from '../../market-data/http-routes.ts';
import { createMarketDataMetrics } from '../../market-data/metrics.ts';
import { createQuoteCache } from '../../market-data/quote-cache.ts';
import { createMarketDataRoutes } from '../../market-data/service.ts';
import { makeQuote, type Tick } from '../../market-data/sources/make-quote.ts';
import type { QuoteListener, QuoteSource } from '../../market-data/sources/source.ts';
import { MARKET_PATH, type MarketMove } from './manual-market.ts';

// The market-data service with prices that a test moves by `POST /market`, at a moment of its
// choice; between moves each quote is renewed, unless the move says otherwise.

interface MovableSource extends QuoteSource {
  /** A new quote of the symbol at once. Throws for a symbol that is not quoted. */
  move(move: MarketMove): void;
}

function createMovableSource(
  prices: ReadonlyMap<string, Decimal>,
  size: Decimal,
  tickMs: number,
): MovableSource {
  const ticks = new Map<string, Tick>(
    [...prices].map(([symbol, last]) => [symbol, { last, size }]),
  );
  const quotes = new Map<string, Quote>();
  const listeners = new Set<QuoteListener>();
  const offeredOnce = new Set<string>();
  let sequence = 0;
  let timer: NodeJS.Timeout | undefined;

  const publish = (symbols: Iterable<string>): void => {
    sequence += 1;
    const round = [...symbols].flatMap((symbol) => {
      const tick = ticks.get(symbol);
      return tick ? [makeQuote(symbol, tick, sequence, Date.now())] : [];
    });
    for (const quote of round) quotes.set(quote.symbol, quote);
    for (const listener of listeners) listener(round);
  };
  publish(ticks.keys());

  return {
    name: 'manual',
    symbols: () => [...ticks.keys()],
    latest: async (asked) => asked.flatMap((symbol) => quotes.get(symbol) ?? []),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      timer ??= setInterval(
        () => publish([...ticks.keys()].filter((symbol) => !offeredOnce.has(symbol))),
        tickMs,
      );
    },
    stop() {
      clearInterval(timer);
    },
    move({ symbol, last, size: moved, isRenewed }) {
      if (!ticks.has(symbol)) throw new RangeError(`${symbol} is not quoted here`);
      ticks.set(symbol, { last: new Decimal(last), size: new Decimal(moved) });
      if (isRenewed) offeredOnce.delete(symbol);
      else offeredOnce.add(symbol);
      publish([symbol]);
    },
  };
}

const env = readEnvironment(process.env);
const logger = pino({ level: env.LOG_LEVEL, base: { service: 'market-data' } });
const registry = new Registry();
const metrics = createMarketDataMetrics(registry);
const source = createMovableSource(
  env.SIMULATOR_SYMBOLS,
  new Decimal(env.SIMULATOR_SIZE),
  env.SIMULATOR_TICK_MS,
);
// Only our own processes call it.
const sessions = watchToldSessions({ board: null, logger });
const shutdown = new AbortController();
const otherRoutes = createHttpRoutes(() => ({
  ready: !shutdown.signal.aborted,
  source: source.name,
  cache: 'off',
}));
const server = createHttpServer({
  protocols: 'both',
  limits: SERVICE_LIMITS,
  metrics: createServerMetrics(registry)('rpc'),
  logger,
  handler: createRpcHandler({
    readMaxBytes: 64 * 1024,
    requestGate: createMarketDataGate({ env, sessions, metrics, logger, clock: Date.now }),
    routes: createMarketDataRoutes({
      source,
      cache: createQuoteCache({ source, store: null, metrics }),
      sessions,
      metrics,
      logger,
    }),
    shutdownSignal: shutdown.signal,
    fallback(request, response) {
      if (request.method !== 'POST' || request.url !== MARKET_PATH)
        return otherRoutes(request, response);
      const move = async () => source.move(JSON.parse(await text(request)));
      const answer = (status: number, body: string): void => {
        response.statusCode = status;
        response.end(body);
      };
      move().then(
        () => answer(204, ''),
        (error: unknown) => answer(400, String(error)),
      );
    },
  }),
});
process.on('SIGTERM', async () => {
  shutdown.abort();
  source.stop();
  await server.close(1_000);
});
source.start();
await server.listen(env.MARKET_DATA_PORT, env.HOST);
logger.info('listening');
