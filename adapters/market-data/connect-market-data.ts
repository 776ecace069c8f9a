import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { MarketData, Quote, Quotes } from '../../contracts/market/market-data.ts';
import { MarketDataService } from '../../proto/gen/hub/v1/market_pb.js';
import { createCallPolicy } from './call-policy.ts';
import { followQuotes } from './live-quotes.ts';
import { fromQuoteMessage } from './quote-message.ts';
import { streamWithReconnect, withoutRepeats } from './stream-with-reconnect.ts';

const DEADLINE_MS = 500;
const TOTAL_DEADLINE_MS = 1_500;
/** The service takes no more symbols in one call. */
const SYMBOLS_PER_CALL_MAX = 200;
/**
 * A peer that vanished without a word is noticed by a PING that stays unanswered, not by TCP many
 * minutes later.
 */
const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 2_000;

interface ConnectMarketDataOptions {
  /** `http://host:port` of the market-data service. */
  baseUrl: string;
  /** Shows each call who makes it. */
  authenticate: Interceptor;
  logger: Logger;
  /** Where the failures and the breaker's state are counted. */
  registry?: Registry;
  /** Longest wait for one attempt. */
  deadlineMs?: number;
  /** Longest wait for a call with all its attempts. */
  totalDeadlineMs?: number;
  /**
   * Follows the stream of all quotes until it aborts: what it brought lately is answered without a
   * call.
   */
  follow?: AbortSignal;
  /** How long an open breaker lets nothing through before it tries again. */
  halfOpenAfterMs?: number;
}

/**
 * The market-data service over the Connect protocol on one kept HTTP/2 connection. Every call is
 * safe to repeat, so what fails on the way is tried again with jittered backoff until the total
 * deadline; a breaker makes calls fail at once while the service is away. What is left is
 * `HubError('MARKET_DATA_UNAVAILABLE')` with the cause.
 */
export function createConnectMarketData(options: ConnectMarketDataOptions): MarketData {
  const {
    baseUrl,
    authenticate,
    logger,
    registry,
    deadlineMs = DEADLINE_MS,
    totalDeadlineMs = TOTAL_DEADLINE_MS,
    halfOpenAfterMs = 1_000,
  } = options;
  const client: Client<typeof MarketDataService> = createClient(
    MarketDataService,
    createConnectTransport({
      baseUrl,
      interceptors: [authenticate],
      httpVersion: '2',
      acceptCompression: [],
      pingIntervalMs: PING_INTERVAL_MS,
      pingTimeoutMs: PING_TIMEOUT_MS,
      pingIdleConnection: true,
    }),
  );
  const call = createCallPolicy({
    deadlineMs,
    totalDeadlineMs,
    halfOpenAfterMs,
    logger,
    ...(registry && { registry }),
  });

  const live = options.follow ? followQuotes({ openStream, signal: options.follow, logger }) : null;

  function openStream(symbols: readonly string[], signal: AbortSignal) {
    return client.streamMarketData({ symbols: [...symbols] }, { signal });
  }

  const getBatch = async (symbols: string[]): Promise<Quotes> => {
    const answer = await call('getMarketData', (timeoutMs) =>
      client.getMarketData({ symbols }, { timeoutMs }),
    );
    return { quotes: answer.quotes.map(fromQuoteMessage), unknownSymbols: answer.unknownSymbols };
  };

  return {
    async getQuotes(symbols) {
      const known = live?.find(symbols);
      if (known) return { quotes: known, unknownSymbols: [] };
      const batches: string[][] = [];
      for (let i = 0; i < symbols.length; i += SYMBOLS_PER_CALL_MAX)
        batches.push(symbols.slice(i, i + SYMBOLS_PER_CALL_MAX));
      const answers = await Promise.all(batches.map(getBatch));
      return {
        quotes: answers.flatMap((answer) => answer.quotes),
        unknownSymbols: answers.flatMap((answer) => answer.unknownSymbols),
      };
    },

    streamQuotes(symbols, signal): AsyncIterable<Quote> {
      const open = (opened: AbortSignal) => openStream(symbols, opened);
      return withoutRepeats(streamWithReconnect({ open, signal, logger }));
    },

    async invalidateCache(symbols) {
      return (
        await call('invalidateCache', (timeoutMs) =>
          client.invalidateCache({ symbols: [...symbols] }, { timeoutMs }),
        )
      ).invalidated;
    },

    async warmCache(symbols) {
      return (
        await call('warmCache', (timeoutMs) =>
          client.warmCache({ symbols: [...symbols] }, { timeoutMs }),
        )
      ).warmed;
    },
  };
}
