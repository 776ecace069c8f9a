import { bookOf, createLiveOrder, type EngineState, endOrder, report, reviveOrder, trade } from './engine-state.ts';
import { matchIncoming, matchResting } from './matching.ts';
import { isOpen, type LiveOrder, type OrderTerms, type OrderView, type QuoteUsage, type VenueRejectCode } from './order.ts';
import {
  insertResting,
  queueOf,
  removeResting,
  replaceQuote,
  restoreUsage,
  type SymbolBook,
  touchOf,
  type VenueQuote,
} from './symbol-book.ts';
import { checkTerms, type TermsDecision } from './terms.ts';

/**
 * The venue's memory: orders, books and the row of report numbers. Single-threaded and synchronous, so each
 * call is one step; nothing in here waits, reads or writes. Every change goes out through `record`.
 */
export interface Engine {
  /** An order that is open, or closed but not durable yet. */
  find(clientOrderId: string): LiveOrder | undefined;
  /** Takes a new order: rejects it, or reports NEW and matches it. `refusal` rejects it whatever its terms. */
  accept(terms: OrderTerms, refusal: VenueRejectCode | null): LiveOrder;
  /** Cancels what is open of an order; `false` when it is closed already. */
  cancel(order: LiveOrder): boolean;
  /** Keeps a quote without matching. `false` when it is not newer than the last. */
  keepQuote(quote: VenueQuote): boolean;
  /** Gives the symbol's last quote to what rests. */
  matchSymbol(symbol: string): void;
  /** Ends every order whose time is over. */
  expireDue(): void;
  /** When the next order ends by itself; `null` when none does. */
  nextExpiryMs(): number | null;
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

export function createEngine(sinks: Pick<EngineState, 'record' | 'recordUsage' | 'now'>): Engine {
  const state: EngineState = {
    ...sinks,
    orders: new Map(),
    books: new Map(),
    usages: new Map(),
    lastSequence: 0,
    nextExpiryMs: Number.POSITIVE_INFINITY,
    openOrders: 0,
  };
  return {
    find: (clientOrderId) => state.orders.get(clientOrderId),
    accept: (terms, refusal) => acceptOrder(state, terms, refusal),
    cancel: (order) => cancelOrder(state, order),
    keepQuote: (quote) => keepQuote(state, quote),
    matchSymbol: (symbol) => matchSymbol(state, symbol),
    expireDue: () => expireDue(state),
    nextExpiryMs: () => (Number.isFinite(state.nextExpiryMs) ? state.nextExpiryMs : null),
    quoteOf: (symbol) => state.books.get(symbol)?.quote ?? null,
    quotes: () => [...state.books.values()].flatMap((book) => book.quote ?? []),
    restore: (durable) => restore(state, durable),
    forget: (order) => state.orders.delete(order.terms.clientOrderId),
    openOrderCount: () => state.openOrders,
  };
}

function acceptOrder(state: EngineState, terms: OrderTerms, refusal: VenueRejectCode | null): LiveOrder {
  expireDue(state);
  const book = state.books.get(terms.symbol);
  const decision = decideOnTerms(terms, refusal, book);
  const order = createLiveOrder(terms, state.lastSequence + 1, decision);
  state.orders.set(terms.clientOrderId, order);
  if (!decision.accepted || !book?.quote) {
    report(state, order, 'REJECTED', true);
    return order;
  }
  state.openOrders += 1;
  report(state, order, 'NEW', true);
  if (canRest(terms) && terms.expiresAtMs !== null && terms.expiresAtMs <= state.now()) {
    endOrder(state, order, 'EXPIRED', true);
    return order;
  }
  const { fill, remainder, rejectCode } = matchIncoming(order, terms.timeInForce, touchOf(book, book.quote));
  if (fill) trade(state, book, book.quote, order, fill, true);
  if (remainder === 'CANCELED') endOrder(state, order, 'CANCELED', true, rejectCode);
  if (remainder === 'RESTS') rest(state, book, order);
  return order;
}

function decideOnTerms(terms: OrderTerms, refusal: VenueRejectCode | null, book: SymbolBook | undefined): TermsDecision {
  if (refusal !== null) return { accepted: false, rejectCode: refusal };
  return book?.quote ? checkTerms(terms) : { accepted: false, rejectCode: 'UNKNOWN_SYMBOL' };
}

const canRest = (terms: OrderTerms): boolean => terms.timeInForce === 'DAY' || terms.timeInForce === 'GTC';

function rest(state: EngineState, book: SymbolBook, order: LiveOrder): void {
  insertResting(book, order);
  state.nextExpiryMs = Math.min(state.nextExpiryMs, order.terms.expiresAtMs ?? Number.POSITIVE_INFINITY);
}

function cancelOrder(state: EngineState, order: LiveOrder): boolean {
  expireDue(state);
  if (!isOpen(order.status)) return false;
  removeResting(bookOf(state, order.terms.symbol), order);
  endOrder(state, order, 'CANCELED', true);
  return true;
}

function keepQuote(state: EngineState, quote: VenueQuote): boolean {
  const book = bookOf(state, quote.symbol);
  const isFirst = book.quote === null;
  if (!replaceQuote(book, quote)) return false;
  if (isFirst) restoreUsage(book, state.usages.get(quote.symbol));
  return true;
}

function matchSymbol(state: EngineState, symbol: string): void {
  expireDue(state);
  const book = state.books.get(symbol);
  if (!book?.quote) return;
  for (const side of ['BUY', 'SELL'] as const) {
    const queue = queueOf(book, side);
    if (queue.length === 0) continue;
    for (const { order, fill } of matchResting(queue, touchOf(book, book.quote))) {
      trade(state, book, book.quote, order, fill, false);
      if (order.status === 'FILLED') removeResting(book, order);
    }
  }
}

function expireDue(state: EngineState): void {
  const nowMs = state.now();
  if (nowMs < state.nextExpiryMs) return;
  state.nextExpiryMs = Number.POSITIVE_INFINITY;
  for (const order of state.orders.values()) {
    const { expiresAtMs } = order.terms;
    if (expiresAtMs === null || !isOpen(order.status)) continue;
    if (expiresAtMs > nowMs) {
      state.nextExpiryMs = Math.min(state.nextExpiryMs, expiresAtMs);
      continue;
    }
    removeResting(bookOf(state, order.terms.symbol), order);
    endOrder(state, order, 'EXPIRED', false);
  }
}

function restore(state: EngineState, durable: DurableState): void {
  state.orders.clear();
  state.usages = new Map(durable.usages.map((usage) => [usage.symbol, usage]));
  for (const book of state.books.values()) {
    book.buys.length = 0;
    book.sells.length = 0;
    restoreUsage(book, state.usages.get(book.symbol));
  }
  state.lastSequence = durable.lastSequence;
  state.nextExpiryMs = Number.POSITIVE_INFINITY;
  state.openOrders = durable.openOrders.length;
  for (const view of durable.openOrders) {
    const order = reviveOrder(view);
    state.orders.set(view.terms.clientOrderId, order);
    rest(state, bookOf(state, view.terms.symbol), order);
  }
}
