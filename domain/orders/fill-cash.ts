import { Decimal, roundDownToCents, roundUpToCents, ZERO } from '../money/decimal.ts';
import type { Side } from './order.ts';

/** What the fills of one order come to, in USD. */
export interface FilledWorth {
  /** Exact Σ quantity × price, 16 decimals. */
  notional: Decimal;
  /** What they have moved, in whole cents. */
  cash: Decimal;
}

/** The least that a fill of a BUY costs. */
export const FILL_COST_MIN: Decimal = new Decimal('0.01');

/**
 * Cash of all fills of an order together, in whole cents: rounded against the customer, once,
 * however the order was cut. A BUY pays the smallest number of cents that is not less than the
 * fills are worth, a SELL gets the largest that is not more.
 */
export const roundedCash = (side: Side, notional: Decimal): Decimal =>
  side === 'BUY' ? roundUpToCents(notional) : roundDownToCents(notional);

/**
 * Cash that one fill moves: what {@link roundedCash} of all fills up to it is more than
 * `cashBefore`, what those before it moved. No fill of a BUY is for nothing: one so small that
 * earlier rounding has paid for it costs a cent all the same, which counts towards what later fills
 * cost. `chargeable` bounds that cent: a BUY never pays more in all than the worst that it was held
 * for.
 */
export function fillCash(
  side: Side,
  cashBefore: Decimal,
  notionalAfter: Decimal,
  chargeable: Decimal = FILL_COST_MIN,
): Decimal {
  const due = Decimal.max(roundedCash(side, notionalAfter).minus(cashBefore), ZERO);
  return side === 'BUY' ? Decimal.max(due, Decimal.min(FILL_COST_MIN, chargeable)) : due;
}
