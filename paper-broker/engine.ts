import { holdClosingsBefore } from './auctions.ts';
import { keepQuote, matchSymbol, runDue } from './engine-market.ts';
import { acceptOrder, cancelOrder, replaceOrder } from './engine-orders.ts';
import { bookOf, type EngineState, rest, reviveOrder } from './engine-state.ts';
import type { LiveOrder, OrderTerms, OrderView, QuoteUsage, VenueRejectCode } from './order.ts';
import { emptyBook, restoreUsage, type VenueQuote } from './symbol-book.ts';

/**
 * The venue's memory: orders, books and the row of report numbers. Single-threaded and synchronous,
 * so each call is one step; nothing in here waits, reads or writes. Every change goes out through
 * `record` and `recordChange`.
 */
export interface Engine {
  /** An order that is open, or closed but not durable yet. */
  find(clientOrderId: string): LiveOrder | undefined;
  /**
   * Takes a new order: rejects it, or reports NEW and matches it. `rejection` rejects it whatever
   * its terms.
   */
  accept(terms: OrderTerms, rejection: VenueRejectCode | null): LiveOrder;
  /** Cancels what is open of an order; `false` when it is closed already. */
  cancel(order: LiveOrder): boolean;
  /**
   * Ends the original as REPLACED and takes an order for what it has left of `terms.quantity`. What
   * the terms leave as it was stays: the trigger, the water mark, the place in the queue
   * (`inheritance.ts`). `null`, and nothing done, when the original is closed or has filled as
   * much, when the terms are for another market or not workable, or when they move a stop that was
   * reached.
   */
  replace(original: LiveOrder, terms: OrderTerms): LiveOrder | null;
  /** Keeps a quote without matching. `false` when it is not newer than the last. */
  keepQuote(quote: VenueQuote): boolean;
  /** Holds the closing auctions that ended before this quote; to be called before it is kept. */
  closeBefore(quote: VenueQuote): void;
  /** Gives the symbol's last quote to its auctions, its stops and what rests. */
  matchSymbol(symbol: string): void;
  /** Ends every order whose time is over, and holds every auction whose time has come. */
  runDue(): void;
  /** When the next order ends by itself or the next auction is held; `null` when none does. */
  nextDueMs(): number | null;
  quoteOf(symbol: string): VenueQuote | null;
  /** The last quote of each symbol. */
  quotes(): VenueQuote[];
  /** Replaces orders, numbers and used sizes by what is durable. Quotes stay. */
  restore(durable: DurableState): void;
  /** Drops a closed order that is durable. */
  forget(order: LiveOrder): void;
  openOrderCount(): number;
}

export interface DurableState {
  lastSequence: number;
  openOrders: readonly OrderView[];
  usages: readonly QuoteUsage[];
}

export type EngineOptions = Pick<
  EngineState,
  'record' | 'recordMark' | 'recordUsage' | 'now' | 'quoteMaxAgeMs'
>;

export function createEngine(options: EngineOptions): Engine {
  const state: EngineState = {
    ...options,
    orders: new Map(),
    books: new Map(),
    usages: new Map(),
    lastSequence: 0,
    nextDueMs: Number.POSITIVE_INFINITY,
    openOrders: 0,
  };
  return {
    find: (clientOrderId) => state.orders.get(clientOrderId),
    accept: (terms, rejection) => acceptOrder(state, terms, rejection),
    cancel: (order) => cancelOrder(state, order),
    replace: (original, terms) => replaceOrder(state, original, terms),
    keepQuote: (quote) => keepQuote(state, quote),
    closeBefore: (quote) => {
      runDue(state);
      holdClosingsBefore(state, bookOf(state, quote.symbol), quote);
    },
    matchSymbol: (symbol) => matchSymbol(state, symbol),
    runDue: () => runDue(state),
    nextDueMs: () => (Number.isFinite(state.nextDueMs) ? state.nextDueMs : null),
    quoteOf: (symbol) => state.books.get(symbol)?.quote ?? null,
    quotes: () => [...state.books.values()].flatMap((book) => book.quote ?? []),
    restore: (durable) => restore(state, durable),
    forget: (order) => state.orders.delete(order.terms.clientOrderId),
    openOrderCount: () => state.openOrders,
  };
}

function restore(state: EngineState, durable: DurableState): void {
  state.orders.clear();
  state.usages = new Map(durable.usages.map((usage) => [usage.symbol, usage]));
  for (const book of state.books.values()) {
    emptyBook(book);
    restoreUsage(book, state.usages.get(book.symbol));
  }
  state.lastSequence = durable.lastSequence;
  state.nextDueMs = Number.POSITIVE_INFINITY;
  state.openOrders = durable.openOrders.length;
  for (const view of durable.openOrders) {
    const order = reviveOrder(view);
    state.orders.set(view.terms.clientOrderId, order);
    rest(state, bookOf(state, view.terms.symbol), order);
  }
}
