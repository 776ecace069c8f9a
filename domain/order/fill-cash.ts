import { type Decimal, roundCents } from '../money/decimal.ts';

/**
 * Cash that one fill moves, in whole cents: the order's cumulative notional is rounded half-even and the fill gets the difference.
 * The cash of all fills together is therefore rounded once, however the order was cut.
 */
export function fillCash(filledNotionalBefore: Decimal, quantity: Decimal, price: Decimal): Decimal {
  const filledNotionalAfter = filledNotionalBefore.plus(quantity.times(price));
  return roundCents(filledNotionalAfter).minus(roundCents(filledNotionalBefore));
}
