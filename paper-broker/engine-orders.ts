import { checkStop, runDue } from './engine-market.ts';
import {
  bookOf,
  createLiveOrder,
  type EngineState,
  endOrder,
  type Origin,
  report,
  rest,
  trade,
} from './engine-state.ts';
import { inheritFrom, movesReachedStop } from './inheritance.ts';
import { matchIncoming } from './matching.ts';
import {
  isForAuction,
  isOpen,
  type LiveOrder,
  type OrderTerms,
  type VenueRejectCode,
  waitsForStop,
} from './order.ts';
import { removeResting, type SymbolBook, touchOf, type VenueQuote } from './symbol-book.ts';
import { checkTerms, type TermsDecision } from './terms.ts';

/** Takes a new order: see `Engine.accept`. */
export function acceptOrder(
  state: EngineState,
  terms: OrderTerms,
  rejection: VenueRejectCode | null,
): LiveOrder {
  runDue(state);
  const decision: TermsDecision =
    rejection === null ? decideOnTerms(state, terms) : { accepted: false, rejectCode: rejection };
  return takeOrder(state, terms, decision);
}

/** Puts an order in the place of another: see `Engine.replace`. */
export function replaceOrder(
  state: EngineState,
  original: LiveOrder,
  terms: OrderTerms,
): LiveOrder | null {
  runDue(state);
  if (!isOpen(original.status)) return null;
  if (terms.symbol !== original.terms.symbol || terms.side !== original.side) return null;
  const decision = decideOnTerms(state, terms);
  if (!decision.accepted || decision.quantity.lessThanOrEqualTo(original.filled)) return null;
  if (movesReachedStop(original, terms)) return null;
  const origin = inheritFrom(original, terms, decision.quantity);
  removeResting(bookOf(state, terms.symbol), original);
  endOrder(state, original, 'REPLACED', true);
  return takeOrder(state, terms, decision, origin);
}

function decideOnTerms(state: EngineState, terms: OrderTerms): TermsDecision {
  if (!state.books.get(terms.symbol)?.quote)
    return { accepted: false, rejectCode: 'UNKNOWN_SYMBOL' };
  const decision = checkTerms(terms);
  const isTooLate = terms.auctionAtMs !== null && terms.auctionAtMs <= state.now();
  return decision.accepted && isTooLate
    ? { accepted: false, rejectCode: 'AUCTION_OVER' }
    : decision;
}

/** Puts an order into the books, whatever was decided on it, and works it. */
function takeOrder(
  state: EngineState,
  terms: OrderTerms,
  decision: TermsDecision,
  origin?: Origin,
): LiveOrder {
  const order = createLiveOrder(terms, state.lastSequence + 1, decision, origin);
  state.orders.set(terms.clientOrderId, order);
  const book = state.books.get(terms.symbol);
  if (!decision.accepted || !book?.quote) {
    report(state, order, 'REJECTED', true);
    return order;
  }
  state.openOrders += 1;
  report(state, order, 'NEW', true);
  if (canRest(terms) && terms.expiresAtMs !== null && terms.expiresAtMs <= state.now())
    endOrder(state, order, 'EXPIRED', true);
  else workOrder(state, book, book.quote, order);
  return order;
}

const canRest = ({ timeInForce }: OrderTerms): boolean =>
  timeInForce !== 'IOC' && timeInForce !== 'FOK';

function workOrder(
  state: EngineState,
  book: SymbolBook,
  quote: VenueQuote,
  order: LiveOrder,
): void {
  if (waitsForStop(order) && checkStop(order, quote, state.now()) === 'TRIGGERED')
    report(state, order, 'TRIGGERED', true);
  if (isForAuction(order.terms) || waitsForStop(order)) {
    rest(state, book, order);
    return;
  }
  const { fill, remainder, rejectCode } = matchIncoming(
    order,
    order.terms.timeInForce,
    touchOf(book, quote),
  );
  if (fill) trade(state, book, quote, order, fill, true);
  if (remainder === 'CANCELED') endOrder(state, order, 'CANCELED', true, rejectCode);
  if (remainder === 'RESTS') rest(state, book, order);
}

/** Ends what is open of an order; `false` when nothing is. */
export function cancelOrder(state: EngineState, order: LiveOrder): boolean {
  runDue(state);
  if (!isOpen(order.status)) return false;
  removeResting(bookOf(state, order.terms.symbol), order);
  endOrder(state, order, 'CANCELED', true);
  return true;
}
