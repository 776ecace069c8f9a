import { holdDueAuctions, holdOpeningsAt } from './auctions.ts';
import { bookOf, type EngineState, endOrder, report, setWaterMark, trade } from './engine-state.ts';
import { matchResting } from './matching.ts';
import { isOpen, type LiveOrder } from './order.ts';
import { isStopReached, moveWaterMark } from './stops.ts';
import {
  afterTrade,
  queueOf,
  releaseStop,
  removeResting,
  replaceQuote,
  restoreUsage,
  type SymbolBook,
  touchOf,
  type VenueQuote,
} from './symbol-book.ts';

/** Keeps a quote without matching; `false` when it is not newer. */
export function keepQuote(state: EngineState, quote: VenueQuote): boolean {
  const book = bookOf(state, quote.symbol);
  const isFirst = book.quote === null;
  if (!replaceQuote(book, quote)) return false;
  if (isFirst) restoreUsage(book, state.usages.get(quote.symbol));
  return true;
}

/** Gives the last quote to the symbol's openings, then its stops, then what rests. */
export function matchSymbol(state: EngineState, symbol: string): void {
  runDue(state);
  const book = state.books.get(symbol);
  if (!book?.quote) return;
  holdOpeningsAt(state, book, book.quote);
  watchStops(state, book, book.quote);
  for (const side of ['BUY', 'SELL'] as const) {
    const queue = queueOf(book, side);
    if (queue.length === 0) continue;
    for (const { order, fill } of matchResting(queue, touchOf(book, book.quote))) {
      trade(state, book, book.quote, order, fill, false);
      afterTrade(book, order);
    }
  }
}

/** Moves marks, and puts the orders whose stop is reached among those that trade. */
function watchStops(state: EngineState, book: SymbolBook, quote: VenueQuote): void {
  const reached: LiveOrder[] = [];
  for (const order of book.stops) {
    const outcome = checkStop(order, quote, state.now());
    if (outcome === 'MARK_MOVED') order.batch = state.recordMark(order);
    if (outcome === 'TRIGGERED') reached.push(order);
  }
  for (const order of reached) report(state, order, 'TRIGGERED', false);
  for (const order of reached) releaseStop(book, order);
}

/**
 * Ends every order whose time is over, and holds every auction whose time has come. Looks at the
 * clock; cheap while nothing is due.
 */
export function runDue(state: EngineState): void {
  const nowMs = state.now();
  if (nowMs < state.nextDueMs) return;
  state.nextDueMs = Number.POSITIVE_INFINITY;
  for (const order of state.orders.values()) {
    const { expiresAtMs } = order.terms;
    if (expiresAtMs === null || !isOpen(order.status)) continue;
    if (expiresAtMs > nowMs) {
      state.nextDueMs = Math.min(state.nextDueMs, expiresAtMs);
      continue;
    }
    removeResting(bookOf(state, order.terms.symbol), order);
    endOrder(state, order, 'EXPIRED', false);
  }
  for (const book of state.books.values())
    state.nextDueMs = Math.min(state.nextDueMs, holdDueAuctions(state, book));
}

/** Lets the last price move the mark and reach the stop. Says what became of the order. */
export function checkStop(
  order: LiveOrder,
  { last }: VenueQuote,
  nowMs: number,
): 'TRIGGERED' | 'MARK_MOVED' | 'UNCHANGED' {
  const before = order.waterMark;
  if (order.trailPercent) setWaterMark(order, moveWaterMark(order.side, before, last));
  if (order.stop && isStopReached(order.side, order.stop, last)) {
    order.triggeredAtMs = nowMs;
    return 'TRIGGERED';
  }
  return order.waterMark === before ? 'UNCHANGED' : 'MARK_MOVED';
}
