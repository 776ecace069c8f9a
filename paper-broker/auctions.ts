import { type EngineState, endOrder, trade } from './engine-state.ts';
import { matchResting } from './matching.ts';
import { isOpen, type LiveOrder } from './order.ts';
import {
  compareOrders,
  removeResting,
  type SymbolBook,
  touchOf,
  type VenueQuote,
} from './symbol-book.ts';

/** How long after its time an opening auction waits for its first quote. */
const OPENING_WAIT_MS = 60_000;

/**
 * Holds the auctions of a symbol that are due by the clock. A closing auction (CLS) takes the last
 * quote before or at its time; a venue that has none, because it was away then, cancels the orders
 * whole. An opening auction (OPG) takes the first quote at or after its time, and is called off
 * when none has come within a minute. Returns when to look again.
 */
export function holdDueAuctions(state: EngineState, book: SymbolBook): number {
  const nowMs = state.now();
  let nextMs = Number.POSITIVE_INFINITY;
  for (const [auctionAtMs, orders] of auctionsOf(book, 'CLS')) {
    if (auctionAtMs <= nowMs)
      holdAuction(state, book, orders, closingQuote(state, book, auctionAtMs));
    else nextMs = Math.min(nextMs, auctionAtMs);
  }
  for (const [auctionAtMs, orders] of auctionsOf(book, 'OPG')) {
    if (auctionAtMs > nowMs) nextMs = Math.min(nextMs, auctionAtMs);
    else if (auctionAtMs + OPENING_WAIT_MS <= nowMs) holdAuction(state, book, orders, null);
    else nextMs = Math.min(nextMs, auctionAtMs + OPENING_WAIT_MS);
  }
  return nextMs;
}

/**
 * Holds the closing auctions that a newer quote shows to be past, before it takes the place of
 * their quote.
 */
export function holdClosingsBefore(state: EngineState, book: SymbolBook, newer: VenueQuote): void {
  for (const [auctionAtMs, orders] of auctionsOf(book, 'CLS')) {
    if (auctionAtMs < newer.timeMs)
      holdAuction(state, book, orders, closingQuote(state, book, auctionAtMs));
  }
}

/** Holds the opening auctions whose first quote this is. */
export function holdOpeningsAt(state: EngineState, book: SymbolBook, quote: VenueQuote): void {
  for (const [auctionAtMs, orders] of auctionsOf(book, 'OPG')) {
    if (auctionAtMs <= quote.timeMs) holdAuction(state, book, orders, quote);
  }
}

/** The orders for each auction of a kind, the earlier auction first. */
function auctionsOf(book: SymbolBook, kind: 'OPG' | 'CLS'): [number, LiveOrder[]][] {
  if (book.auctions.length === 0) return [];
  const orders = book.auctions.filter((order) => order.terms.timeInForce === kind);
  return [...Map.groupBy(orders, (order) => order.terms.auctionAtMs ?? 0)].sort(
    ([a], [b]) => a - b,
  );
}

function closingQuote(
  state: EngineState,
  { quote }: SymbolBook,
  auctionAtMs: number,
): VenueQuote | null {
  return quote && quote.timeMs <= auctionAtMs && auctionAtMs - quote.timeMs <= state.quoteMaxAgeMs
    ? quote
    : null;
}

/** Trades what can trade at the touch, in price-time priority, and cancels what is left. */
function holdAuction(
  state: EngineState,
  book: SymbolBook,
  orders: readonly LiveOrder[],
  quote: VenueQuote | null,
): void {
  for (const side of ['BUY', 'SELL'] as const) {
    const queue = orders.filter((order) => order.side === side).sort(compareOrders);
    if (!quote || queue.length === 0) continue;
    for (const { order, fill } of matchResting(queue, touchOf(book, quote)))
      trade(state, book, quote, order, fill, false);
  }
  for (const order of orders) {
    removeResting(book, order);
    if (isOpen(order.status))
      endOrder(state, order, 'CANCELED', false, 'AUCTION_REMAINDER_CANCELED');
  }
}
