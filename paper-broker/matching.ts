import { assertNever } from '../domain/assert-never.ts';
import { Decimal, ZERO } from '../domain/money/decimal.ts';
import type { Side, TimeInForce } from '../domain/orders/order.ts';
import type { VenueRejectCode } from './order.ts';

/**
 * The top of the market at one moment, and what of its size is still there. Prices in USD, sizes in
 * shares.
 */
export interface Touch {
  bid: Decimal;
  ask: Decimal;
  bidAvailable: Decimal;
  askAvailable: Decimal;
}

/**
 * The part of an order that matching looks at. `limit` is the worst price at which it may trade;
 * `null` takes any.
 */
export interface Interest {
  side: Side;
  limit: Decimal | null;
  leaves: Decimal;
}

export interface Fill {
  quantity: Decimal;
  price: Decimal;
}

/** What becomes of an order that has just come in. */
export interface IncomingOutcome {
  fill: Fill | null;
  /** The part that was not filled rests in the book, is canceled at once, or does not exist. */
  remainder: 'NONE' | 'RESTS' | 'CANCELED';
  rejectCode: VenueRejectCode | null;
}

/**
 * A BUY trades at the ask, a SELL at the bid: the quote's price, also where the order's limit is
 * better for the market.
 */
export const touchPrice = (side: Side, touch: Touch): Decimal =>
  side === 'BUY' ? touch.ask : touch.bid;

export const touchAvailable = (side: Side, touch: Touch): Decimal =>
  side === 'BUY' ? touch.askAvailable : touch.bidAvailable;

/** Whether the quote is at the order's limit or better. A side without a price is no market. */
export function crosses(side: Side, limit: Decimal | null, touch: Touch): boolean {
  const price = touchPrice(side, touch);
  if (price.lessThanOrEqualTo(0)) return false;
  if (limit === null) return true;
  return side === 'BUY' ? price.lessThanOrEqualTo(limit) : price.greaterThanOrEqualTo(limit);
}

/**
 * The least that either part of an order that is split is worth, in USD: a smaller one could not be
 * paid for.
 */
const PART_WORTH_MIN = new Decimal('0.01');
const QUANTITY_DECIMALS = 8;

/**
 * What can trade now: never more than the order's leaves or the quote's remaining size, never at a
 * worse price than its limit.
 */
export function fillNow({ side, limit, leaves }: Interest, touch: Touch): Fill | null {
  if (!crosses(side, limit, touch)) return null;
  const price = touchPrice(side, touch);
  const available = touchAvailable(side, touch);
  const quantity = available.lessThan(leaves) ? partNow(leaves, available, price) : leaves;
  return quantity.greaterThan(0) ? { quantity, price } : null;
}

/**
 * How much trades of an order that is larger than what is there. What trades and what is left of it
 * are worth a cent each at the least: for that a little less trades than could, or nothing until
 * more is there. Whole shares are cut at whole shares, as on an exchange.
 */
function partNow(leaves: Decimal, available: Decimal, price: Decimal): Decimal {
  const decimals = leaves.isInteger() ? 0 : QUANTITY_DECIMALS;
  const least = PART_WORTH_MIN.dividedBy(price).toDecimalPlaces(decimals, Decimal.ROUND_UP);
  const part = Decimal.min(
    available.toDecimalPlaces(decimals, Decimal.ROUND_DOWN),
    leaves.minus(least),
  );
  return part.lessThan(least) ? ZERO : part;
}

/**
 * FIX TimeInForce (59): DAY and GTC rest, IOC cancels what is left (3), FOK trades whole or not at
 * all (4).
 */
export function matchIncoming(
  interest: Interest,
  timeInForce: TimeInForce,
  touch: Touch,
): IncomingOutcome {
  const fill = fillNow(interest, touch);
  if (fill?.quantity.equals(interest.leaves)) return { fill, remainder: 'NONE', rejectCode: null };
  switch (timeInForce) {
    case 'DAY':
    case 'GTC':
      return { fill, remainder: 'RESTS', rejectCode: null };
    case 'IOC':
      return { fill, remainder: 'CANCELED', rejectCode: 'IOC_REMAINDER_CANCELED' };
    case 'FOK':
      return { fill: null, remainder: 'CANCELED', rejectCode: 'FOK_NOT_FILLABLE' };
    case 'OPG':
    case 'CLS':
      throw new RangeError(
        `${timeInForce} has no place in continuous trading; it is rejected before`,
      );
    default:
      return assertNever(timeInForce);
  }
}

/**
 * Gives the quote's size on one side to resting orders of that side, in the order given (price,
 * then time). Stops at the first that the quote does not reach: those behind it ask for better
 * prices still.
 */
export function matchResting<T extends Interest>(
  queue: readonly T[],
  touch: Touch,
): { order: T; fill: Fill }[] {
  const fills: { order: T; fill: Fill }[] = [];
  let taken = ZERO;
  for (const order of queue) {
    const left = reduceTouch(order.side, touch, taken);
    const fill = fillNow(order, left);
    if (!fill) break;
    fills.push({ order, fill });
    taken = taken.plus(fill.quantity);
  }
  return fills;
}

/**
 * Price-time priority within one side: the most willing price first (a market order before all),
 * then the earlier arrival.
 */
export function comparePriority(
  a: { side: Side; limit: Decimal | null; arrival: number },
  b: { side: Side; limit: Decimal | null; arrival: number },
): number {
  if (a.limit === null || b.limit === null) {
    if (a.limit !== b.limit) return a.limit === null ? -1 : 1;
    return a.arrival - b.arrival;
  }
  const byPrice = a.side === 'BUY' ? b.limit.comparedTo(a.limit) : a.limit.comparedTo(b.limit);
  return byPrice === 0 ? a.arrival - b.arrival : byPrice;
}

function reduceTouch(side: Side, touch: Touch, taken: Decimal): Touch {
  if (taken.isZero()) return touch;
  return side === 'BUY'
    ? { ...touch, askAvailable: touch.askAvailable.minus(taken) }
    : { ...touch, bidAvailable: touch.bidAvailable.minus(taken) };
}
