import {
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  type Interceptor,
  type ServiceImpl,
} from '@connectrpc/connect';
import type { Logger } from 'pino';
import { rpcCallerOf } from '../adapters/security/rpc-gate.ts';
import type { LiveSessions } from '../contracts/identity/revoked-sessions.ts';
import { MarketDataService } from '../proto/gen/hub/v1/market_pb.js';
import type { MarketDataMetrics } from './metrics.ts';
import { createPersonStreams } from './person-streams.ts';
import type { QuoteCache } from './quote-cache.ts';
import { toQuoteMessage } from './quote-message.ts';
import { streamQuotes } from './quote-stream.ts';
import type { QuoteSource } from './sources/source.ts';
import { watchTokenEnd } from './token-end.ts';

const SYMBOLS_MAX = 200;
/** Each costs the process a message per symbol and tick. */
const STREAMS_PER_PERSON_MAX = 100;
const SYMBOL = /^[A-Z][A-Z0-9.]{0,9}$/;

interface MarketDataServiceOptions {
  source: QuoteSource;
  cache: QuoteCache;
  sessions: LiveSessions;
  metrics: MarketDataMetrics;
  logger: Logger;
}

/**
 * `hub.v1.MarketDataService`, behind the gate that knows the callers (gate.ts). What cannot be a
 * symbol is an unknown symbol, not an error. A person's stream ends with UNAUTHENTICATED when the
 * token that opened it or its session ends, and RESOURCE_EXHAUSTED when he has 100 of them already;
 * one of our own processes keeps its stream.
 */
export function createMarketDataRoutes(
  options: MarketDataServiceOptions,
): (router: ConnectRouter) => void {
  const service = createService(options);
  return (router) => router.service(MarketDataService, service);
}

function createService({
  source,
  cache,
  sessions,
  metrics,
  logger,
}: MarketDataServiceOptions): ServiceImpl<typeof MarketDataService> {
  const fromSource = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      logger.error({ err: error, source: source.name }, 'the source of quotes failed');
      throw new ConnectError(
        'the source of quotes is away',
        Code.Unavailable,
        undefined,
        undefined,
        error,
      );
    }
  };

  const personStreams = createPersonStreams(STREAMS_PER_PERSON_MAX);

  return {
    async getMarketData({ symbols }) {
      if (symbols.length === 0)
        throw new ConnectError('name at least one symbol', Code.InvalidArgument);
      checkCount(symbols);
      const wellFormed = symbols.filter((symbol) => SYMBOL.test(symbol));
      const { quotes, unknownSymbols } = await fromSource(() => cache.getQuotes(wellFormed));
      const malformed = symbols.filter((symbol) => !SYMBOL.test(symbol));
      return {
        quotes: quotes.map(toQuoteMessage),
        unknownSymbols: [...unknownSymbols, ...new Set(malformed)],
      };
    },

    async *streamMarketData({ symbols }, context: HandlerContext) {
      checkCount(symbols);
      const caller = rpcCallerOf(context);
      const leave = personStreams.enter(caller);
      const tokenEnd = watchTokenEnd(caller, sessions);
      const signal = AbortSignal.any([context.signal, tokenEnd.signal]);
      metrics.streams.inc();
      try {
        for await (const quote of streamQuotes(source, symbols, signal))
          yield { quote: toQuoteMessage(quote) };
      } finally {
        metrics.streams.dec();
        tokenEnd.stop();
        leave();
      }
      // A stream that ends because the server stops says so: the client then looks for another one.
      throw ConnectError.from(signal.reason, Code.Canceled);
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
  if (symbols.length > SYMBOLS_MAX)
    throw new ConnectError(`at most ${SYMBOLS_MAX} symbols in one call`, Code.InvalidArgument);
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
      metrics.rpcSeconds.observe(
        { method: request.method.name, code },
        (performance.now() - begun) / 1_000,
      );
    }
  };
}
