import { setTimeout as sleep } from 'node:timers/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import {
  type DecimalBounds,
  PRICE_BOUNDS,
  parseDecimal,
  QUANTITY_BOUNDS,
} from '../domain/money/decimal.ts';
import { MarketDataService, type Quote as QuoteMessage } from '../proto/gen/hub/v1/market_pb.js';
import type { VenueMetrics } from './metrics.ts';
import type { VenueQuote } from './symbol-book.ts';

export interface QuoteFeed {
  /**
   * Hands on every quote of the source until `signal` aborts; connects again, with growing waits,
   * whenever the stream ends.
   */
  run(onQuote: (quote: VenueQuote) => void, signal: AbortSignal): Promise<void>;
  /**
   * Asks for one symbol. `null` when the source does not know it; rejects when the source is away.
   */
  findQuote(symbol: string): Promise<VenueQuote | null>;
}

const LOOK_UP_TIMEOUT_MS = 1_000;
const RECONNECT_WAIT_MIN_MS = 100;
const RECONNECT_WAIT_MAX_MS = 2_000;
/** A peer that vanished without a word is noticed by its missing answer to a PING. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 5_000;

interface QuoteFeedOptions {
  /** `http://host:port` of the market-data service. */
  baseUrl: string;
  /** Shows each call who makes it. */
  authenticate: Interceptor;
  logger: Logger;
  metrics: VenueMetrics;
}

export function createQuoteFeed({
  baseUrl,
  authenticate,
  logger,
  metrics,
}: QuoteFeedOptions): QuoteFeed {
  const client: Client<typeof MarketDataService> = createClient(
    MarketDataService,
    createConnectTransport({
      baseUrl,
      interceptors: [authenticate],
      httpVersion: '2',
      useBinaryFormat: true,
      acceptCompression: [],
      pingIntervalMs: PING_INTERVAL_MS,
      pingTimeoutMs: PING_TIMEOUT_MS,
    }),
  );

  return {
    async run(onQuote, signal) {
      let failures = 0;
      while (!signal.aborted) {
        try {
          for await (const { quote } of client.streamMarketData({ symbols: [] }, { signal })) {
            if (failures > 0) logger.info({ failures }, 'market data is back');
            failures = 0;
            metrics.feedConnected.set(1);
            const read = quote && readQuote(quote);
            if (read) onQuote(read);
            else
              logger.warn({ symbol: quote?.symbol }, 'a quote could not be read and is left out');
          }
          throw new Error('the quote stream ended');
        } catch (error) {
          if (signal.aborted) break;
          // Told once per outage: the venue goes on with the last quotes, and the metric counts on.
          if (failures === 0) logger.warn({ err: error }, 'market data is away');
          failures += 1;
          metrics.feedFailures.inc();
          metrics.feedConnected.set(0);
          await sleep(waitMs(failures), undefined, { signal }).catch(() => {});
        }
      }
      metrics.feedConnected.set(0);
    },
    async findQuote(symbol) {
      const { quotes } = await client.getMarketData(
        { symbols: [symbol] },
        { timeoutMs: LOOK_UP_TIMEOUT_MS },
      );
      const quote = quotes.find((candidate) => candidate.symbol === symbol);
      return quote ? readQuote(quote) : null;
    },
  };
}

/** Full jitter keeps several venues from coming back in step. */
const waitMs = (failures: number): number =>
  RECONNECT_WAIT_MIN_MS +
  Math.random() * Math.min(RECONNECT_WAIT_MIN_MS * 2 ** failures, RECONNECT_WAIT_MAX_MS);

/** `null` for a quote that lacks a number or a time. */
function readQuote(message: QuoteMessage): VenueQuote | null {
  const bid = read(message.bid, PRICE_BOUNDS);
  const ask = read(message.ask, PRICE_BOUNDS);
  const last = read(message.last, PRICE_BOUNDS);
  const bidSize = read(message.bidSize, QUANTITY_BOUNDS);
  const askSize = read(message.askSize, QUANTITY_BOUNDS);
  if (!bid || !ask || !last || !bidSize || !askSize || !message.time || message.symbol === '')
    return null;
  return {
    symbol: message.symbol,
    bid,
    ask,
    last,
    bidSize,
    askSize,
    sequence: Number(message.sequence),
    timeMs: timestampMs(message.time),
  };
}

function read(text: string, bounds: DecimalBounds) {
  const parsed = parseDecimal(text, bounds);
  return parsed.ok ? parsed.value : null;
}
