import { Code, ConnectError, type ConnectRouter, type HandlerContext, type Interceptor, type ServiceImpl } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { MarketDataService } from '../proto/gen/hub/v1/market_data_pb.js';
import type { MarketDataMetrics } from './metrics.ts';
import type { QuoteCache } from './quote-cache.ts';
import { toQuoteMessage } from './quote-message.ts';
import { streamQuotes } from './quote-stream.ts';
import type { QuoteSource } from './sources/source.ts';

const SYMBOLS_MAX = 200;
const SYMBOL = /^[A-Z][A-Z0-9.]{0,9}$/;

interface MarketDataServiceOptions {
  source: QuoteSource;
  cache: QuoteCache;
  metrics: MarketDataMetrics;
  logger: Logger;
}

/**
 * `hub.v1.MarketDataService`. It asks for no credentials: InvalidateCache and WarmCache are for the inside of the system, and whoever
 * offers them to people checks the role first. What cannot be a symbol is an unknown symbol, not an error.
 */
export function createMarketDataRoutes(options: MarketDataServiceOptions): (router: ConnectRouter) => void {
  const service = createService(options);
  return (router) => router.service(MarketDataService, service);
}

function createService({ source, cache, metrics, logger }: MarketDataServiceOptions): ServiceImpl<typeof MarketDataService> {
  const fromSource = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      logger.error({ err: error, source: source.name }, 'the source of quotes failed');
      throw new ConnectError('the source of quotes is away', Code.Unavailable, undefined, undefined, error);
    }
  };

  return {
    async getMarketData({ symbols }) {
      if (symbols.length === 0) throw new ConnectError('name at least one symbol', Code.InvalidArgument);
      checkCount(symbols);
      const wellFormed = symbols.filter((symbol) => SYMBOL.test(symbol));
      const { quotes, unknownSymbols } = await fromSource(() => cache.getQuotes(wellFormed));
      const malformed = symbols.filter((symbol) => !SYMBOL.test(symbol));
      return { quotes: quotes.map(toQuoteMessage), unknownSymbols: [...unknownSymbols, ...new Set(malformed)] };
    },

    async *streamMarketData({ symbols }, context: HandlerContext) {
      checkCount(symbols);
      metrics.streams.inc();
      try {
        for await (const quote of streamQuotes(source, symbols, context.signal)) yield { quote: toQuoteMessage(quote) };
      } finally {
        metrics.streams.dec();
      }
      // A stream that ends because the server stops says so: the client then looks for another one.
      throw ConnectError.from(context.signal.reason, Code.Canceled);
    },

    async invalidateCache({ symbols }) {
      checkCount(symbols);
      const invalidated = await cache.invalidate(symbols);
      logger.info({ symbols, invalidated }, 'cached quotes forgotten');
      return { invalidated };
    },

    async warmCache({ symbols }) {
      checkCount(symbols);
      const warmed = await fromSource(() => cache.warm(symbols));
      logger.info({ symbols, warmed }, 'quotes read into the cache');
      return { warmed };
    },
  };
}

function checkCount(symbols: readonly string[]): void {
  if (symbols.length > SYMBOLS_MAX) throw new ConnectError(`at most ${SYMBOLS_MAX} symbols in one call`, Code.InvalidArgument);
}

/** Measures every unary call by method and code. */
export function createRpcTimer(metrics: MarketDataMetrics): Interceptor {
  return (next) => async (request) => {
    if (request.stream) return next(request);
    const begun = performance.now();
    let code = 'ok';
    try {
      return await next(request);
    } catch (error) {
      code = Code[ConnectError.from(error).code].toLowerCase();
      throw error;
    } finally {
      metrics.rpcSeconds.observe({ method: request.method.name, code }, (performance.now() - begun) / 1_000);
    }
  };
}
