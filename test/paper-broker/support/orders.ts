import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Decimal } from '../../../domain/money/decimal.ts';
import { createVenueMetrics } from '../../../paper-broker/metrics.ts';
import type { OrderTerms } from '../../../paper-broker/order.ts';
import { createVenueStore, type VenueStore } from '../../../paper-broker/store.ts';
import type { VenueQuote } from '../../../paper-broker/symbol-book.ts';
import { createVenue, type Venue, type VenueOptions } from '../../../paper-broker/venue.ts';

export const silentLogger = pino({ level: 'silent' });

/**
 * A day order to buy 10 AAPL at the market, with an id of its own, and what the test changes of it.
 */
export const terms = (changes: Partial<OrderTerms> = {}): OrderTerms => ({
  clientOrderId: randomUUID(),
  symbol: 'AAPL',
  side: 'BUY',
  type: 'MARKET',
  timeInForce: 'DAY',
  quantity: '10',
  limitPrice: null,
  protectionPrice: null,
  stopPrice: null,
  trailPercent: null,
  auctionAtMs: null,
  expiresAtMs: null,
  ...changes,
});

export const limitTerms = (limitPrice: string, changes: Partial<OrderTerms> = {}): OrderTerms =>
  terms({ type: 'LIMIT', limitPrice, ...changes });

export interface QuoteNumbers {
  symbol?: string;
  bid?: string;
  ask?: string;
  last?: string;
  bidSize?: string;
  askSize?: string;
  sequence?: number;
  timeMs?: number;
}

let sequence = 0;

/**
 * AAPL at 100.00 / 100.02, last at the bid, 100 shares on both sides, newer than every quote
 * before.
 */
export function quote({
  symbol = 'AAPL',
  bid = '100',
  ask = '100.02',
  last = bid,
  bidSize = '100',
  askSize = '100',
  ...known
}: QuoteNumbers = {}): VenueQuote {
  sequence += 1;
  return {
    symbol,
    bid: new Decimal(bid),
    ask: new Decimal(ask),
    last: new Decimal(last),
    bidSize: new Decimal(bidSize),
    askSize: new Decimal(askSize),
    sequence: known.sequence ?? sequence,
    timeMs: known.timeMs ?? Date.now(),
  };
}

export interface RunningVenue {
  venue: Venue;
  store: VenueStore;
  stop(): Promise<void>;
}

/** A venue in this process over a real database. */
export async function startVenue(
  databaseUrl: string,
  changes: Partial<VenueOptions> = {},
): Promise<RunningVenue> {
  const store = createVenueStore({ databaseUrl });
  const venue = createVenue({
    store,
    logger: silentLogger,
    metrics: createVenueMetrics(),
    findQuote: async () => null,
    onFenced: () => {},
    quoteMaxAgeMs: 600_000,
    ...changes,
  });
  await venue.start();
  return {
    venue,
    store,
    async stop() {
      await venue.stop();
      await store.close();
    },
  };
}
