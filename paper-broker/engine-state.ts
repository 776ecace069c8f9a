import { Decimal, formatDecimal, ZERO } from '../domain/money/decimal.ts';
import type { Fill } from './matching.ts';
import type { ExecType, LiveOrder, OrderTerms, OrderView, QuoteUsage, Report, VenueRejectCode } from './order.ts';
import { createSymbolBook, type SymbolBook, takeFromQuote, usageOf, type VenueQuote } from './symbol-book.ts';
import { checkTerms, type TermsDecision } from './terms.ts';

/** What the engine holds, and where its changes go. */
export interface EngineState {
  readonly orders: Map<string, LiveOrder>;
  readonly books: Map<string, SymbolBook>;
  usages: Map<string, QuoteUsage>;
  lastSequence: number;
  nextExpiryMs: number;
  openOrders: number;
  /** Takes a change for the journal, and says in which batch it will be durable. */
  readonly record: (order: LiveOrder, report: Report) => number;
  readonly recordUsage: (usage: QuoteUsage) => void;
  readonly now: () => number;
}

export function bookOf(state: EngineState, symbol: string): SymbolBook {
  let book = state.books.get(symbol);
  if (!book) {
    book = createSymbolBook(symbol);
    state.books.set(symbol, book);
  }
  return book;
}

/** Gives the next number to what happened to the order. */
export function report(state: EngineState, order: LiveOrder, execType: ExecType, inAnswer: boolean, fill: Fill | null = null): void {
  state.lastSequence += 1;
  const made: Report = {
    sequence: state.lastSequence,
    clientOrderId: order.terms.clientOrderId,
    execType,
    orderStatus: order.status,
    lastQuantity: fill ? formatDecimal(fill.quantity) : null,
    lastPrice: fill ? formatDecimal(fill.price) : null,
    cumulativeQuantity: formatDecimal(order.filled),
    leavesQuantity: formatDecimal(order.leaves),
    timeMs: state.now(),
    rejectCode: order.rejectCode,
    inAnswer,
  };
  order.reports.push(made);
  order.batch = state.record(order, made);
}

export function trade(state: EngineState, book: SymbolBook, quote: VenueQuote, order: LiveOrder, fill: Fill, inAnswer: boolean): void {
  order.filled = order.filled.plus(fill.quantity);
  order.leaves = order.leaves.minus(fill.quantity);
  order.status = order.leaves.isZero() ? 'FILLED' : 'PARTIALLY_FILLED';
  if (order.status === 'FILLED') state.openOrders -= 1;
  takeFromQuote(book, order.side, fill.quantity);
  report(state, order, 'TRADE', inAnswer, fill);
  state.recordUsage(usageOf(book, quote));
}

/** An order that ends has no leaves (FIX LeavesQty 151); what was filled stays filled. */
export function endOrder(
  state: EngineState,
  order: LiveOrder,
  status: 'CANCELED' | 'EXPIRED',
  inAnswer: boolean,
  rejectCode: VenueRejectCode | null = null,
): void {
  order.status = status;
  order.leaves = ZERO;
  order.rejectCode = rejectCode;
  state.openOrders -= 1;
  report(state, order, status, inAnswer);
}

export function createLiveOrder(terms: OrderTerms, firstSequence: number, decision: TermsDecision): LiveOrder {
  return {
    terms,
    side: terms.side,
    firstSequence,
    limit: decision.accepted ? decision.limit : null,
    status: decision.accepted ? 'NEW' : 'REJECTED',
    filled: ZERO,
    leaves: decision.accepted ? decision.quantity : ZERO,
    rejectCode: decision.accepted ? null : decision.rejectCode,
    reports: [],
    batch: 0,
  };
}

/** An open order as it was made durable. Its terms were workable when it was accepted, so anything else is a defect. */
export function reviveOrder(view: OrderView): LiveOrder {
  const decision = checkTerms(view.terms);
  if (!decision.accepted)
    throw new RangeError(`open order ${view.terms.clientOrderId} has terms that cannot be worked: ${decision.rejectCode}`);
  return {
    ...createLiveOrder(view.terms, view.firstSequence, decision),
    status: view.status,
    filled: new Decimal(view.filledQuantity),
    leaves: new Decimal(view.leavesQuantity),
    reports: [...view.reports],
  };
}

/** The order as it stands, apart from what happens to it later. */
export function viewOrder(order: LiveOrder): OrderView {
  return {
    terms: order.terms,
    firstSequence: order.firstSequence,
    status: order.status,
    filledQuantity: formatDecimal(order.filled),
    leavesQuantity: formatDecimal(order.leaves),
    rejectCode: order.rejectCode,
    reports: [...order.reports],
  };
}
