import { Decimal, formatDecimal, ZERO } from '../domain/money/decimal.ts';
import type { Fill } from './matching.ts';
import type {
  ExecType,
  LiveOrder,
  OrderTerms,
  OrderView,
  Place,
  QuoteUsage,
  Report,
  Standing,
  VenueRejectCode,
} from './order.ts';
import { stopBehindMark } from './stops.ts';
import {
  createSymbolBook,
  insertResting,
  type SymbolBook,
  takeFromQuote,
  usageOf,
  type VenueQuote,
} from './symbol-book.ts';
import { checkTerms, type TermsDecision } from './terms.ts';

/** What the engine holds, and where its changes go. */
export interface EngineState {
  readonly orders: Map<string, LiveOrder>;
  readonly books: Map<string, SymbolBook>;
  usages: Map<string, QuoteUsage>;
  lastSequence: number;
  /**
   * When something is to be done next without a call or a quote: an order ends, an auction is held.
   */
  nextDueMs: number;
  openOrders: number;
  /** Takes a change for the journal, and says in which batch it will be durable. */
  readonly record: (order: LiveOrder, report: Report) => number;
  /** The same for a water mark, which no report tells of. */
  readonly recordMark: (order: LiveOrder) => number;
  readonly recordUsage: (usage: QuoteUsage) => void;
  readonly now: () => number;
  /** A quote that was older when an auction was held is no price for it. */
  readonly quoteMaxAgeMs: number;
}

/**
 * What an order has from the one whose place it takes: which one, what of its quantity that one had
 * filled, and what stays as it was. Without its place it stands behind all that are there.
 */
export interface Origin extends Partial<Place> {
  replaces: string | null;
  carried: Decimal;
  triggeredAtMs: number | null;
  waterMark: Decimal | null;
}

const FRESH: Origin = { replaces: null, carried: ZERO, triggeredAtMs: null, waterMark: null };

export function bookOf(state: EngineState, symbol: string): SymbolBook {
  let book = state.books.get(symbol);
  if (!book) {
    book = createSymbolBook(symbol);
    state.books.set(symbol, book);
  }
  return book;
}

/** Lets an open order wait in the book for its market, its stop, its auction or its end. */
export function rest(state: EngineState, book: SymbolBook, order: LiveOrder): void {
  insertResting(book, order);
  const { expiresAtMs, auctionAtMs } = order.terms;
  state.nextDueMs = Math.min(
    state.nextDueMs,
    expiresAtMs ?? Number.POSITIVE_INFINITY,
    auctionAtMs ?? Number.POSITIVE_INFINITY,
  );
}

/** Gives the next number to what happened to the order. */
export function report(
  state: EngineState,
  order: LiveOrder,
  execType: ExecType,
  inAnswer: boolean,
  fill: Fill | null = null,
): void {
  state.lastSequence += 1;
  const isTrigger = execType === 'TRIGGERED';
  const made: Report = {
    sequence: state.lastSequence,
    clientOrderId: order.terms.clientOrderId,
    execType,
    orderStatus: order.status,
    lastQuantity: fill ? formatDecimal(fill.quantity) : null,
    lastPrice: fill ? formatDecimal(fill.price) : null,
    cumulativeQuantity: formatDecimal(order.filled),
    leavesQuantity: formatDecimal(order.leaves),
    stopPrice: isTrigger && order.stop ? formatDecimal(order.stop) : null,
    waterMark: isTrigger && order.waterMark ? formatDecimal(order.waterMark) : null,
    timeMs: (isTrigger ? order.triggeredAtMs : null) ?? state.now(),
    rejectCode: order.rejectCode,
    inAnswer,
  };
  order.reports.push(made);
  order.batch = state.record(order, made);
}

export function trade(
  state: EngineState,
  book: SymbolBook,
  quote: VenueQuote,
  order: LiveOrder,
  fill: Fill,
  inAnswer: boolean,
): void {
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
  status: 'CANCELED' | 'EXPIRED' | 'REPLACED',
  inAnswer: boolean,
  rejectCode: VenueRejectCode | null = null,
): void {
  order.status = status;
  order.leaves = ZERO;
  order.rejectCode = rejectCode;
  state.openOrders -= 1;
  report(state, order, status, inAnswer);
}

export function createLiveOrder(
  terms: OrderTerms,
  firstSequence: number,
  decision: TermsDecision,
  origin: Origin = FRESH,
): LiveOrder {
  const order: LiveOrder = {
    terms,
    side: terms.side,
    firstSequence,
    arrival: firstSequence,
    ...origin,
    limit: decision.accepted ? decision.limit : null,
    stop: decision.accepted ? decision.stop : null,
    trailPercent: decision.accepted ? decision.trailPercent : null,
    status: decision.accepted ? 'NEW' : 'REJECTED',
    filled: ZERO,
    leaves: decision.accepted ? decision.quantity.minus(origin.carried) : ZERO,
    rejectCode: decision.accepted ? null : decision.rejectCode,
    reports: [],
    batch: 0,
  };
  setWaterMark(order, origin.waterMark);
  return order;
}

/** Sets the mark of a trailing stop, and the stop that follows from it. */
export function setWaterMark(order: LiveOrder, waterMark: Decimal | null): void {
  order.waterMark = waterMark;
  if (order.trailPercent && waterMark)
    order.stop = stopBehindMark(order.side, waterMark, order.trailPercent);
}

/**
 * An open order as it was made durable. Its terms were workable when it was accepted, so anything
 * else is a defect.
 */
export function reviveOrder(view: OrderView): LiveOrder {
  const decision = checkTerms(view.terms);
  if (!decision.accepted)
    throw new RangeError(
      `open order ${view.terms.clientOrderId} has terms that cannot be worked: ${decision.rejectCode}`,
    );
  const { replaces, arrival, triggeredAtMs, waterMark } = view;
  const carried = new Decimal(view.carriedQuantity);
  const origin: Origin = {
    replaces,
    carried,
    arrival,
    triggeredAtMs,
    waterMark: waterMark === null ? null : new Decimal(waterMark),
  };
  return {
    ...createLiveOrder(view.terms, view.firstSequence, decision, origin),
    status: view.status,
    filled: new Decimal(view.filledQuantity),
    leaves: new Decimal(view.leavesQuantity),
    reports: [...view.reports],
  };
}

export const standingOf = ({ arrival, triggeredAtMs, waterMark }: LiveOrder): Standing => ({
  arrival,
  triggeredAtMs,
  waterMark: waterMark && formatDecimal(waterMark),
});

/** The order as it stands, apart from what happens to it later. */
export function viewOrder(order: LiveOrder): OrderView {
  return {
    terms: order.terms,
    replaces: order.replaces,
    carriedQuantity: formatDecimal(order.carried),
    quantity: ownQuantity(order.terms, order.carried),
    firstSequence: order.firstSequence,
    ...standingOf(order),
    status: order.status,
    filledQuantity: formatDecimal(order.filled),
    leavesQuantity: formatDecimal(order.leaves),
    rejectCode: order.rejectCode,
    reports: [...order.reports],
  };
}

/**
 * What an order is for by itself, as text. Nothing is carried where the quantity may be no number:
 * a rejected order replaces none.
 */
export const ownQuantity = (terms: OrderTerms, carried: Decimal): string =>
  carried.isZero() ? terms.quantity : formatDecimal(new Decimal(terms.quantity).minus(carried));
