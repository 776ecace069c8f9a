import { Decimal, formatDecimal } from '../domain/money/decimal.ts';
import type { Side } from '../domain/orders/order.ts';
import { minimumPriceVariation } from '../domain/risk/price-increment.ts';
import type { OrderView } from './order.ts';

const ONE = new Decimal(1);

/**
 * FIX StopPx (99): a BUY stop is reached from below, a SELL stop from above, both by the last
 * price. A market without a last price reaches none.
 */
export function isStopReached(side: Side, stop: Decimal, last: Decimal): boolean {
  if (last.lessThanOrEqualTo(0)) return false;
  return side === 'BUY' ? last.greaterThanOrEqualTo(stop) : last.lessThanOrEqualTo(stop);
}

/**
 * The better of the mark and the last price: the lower for BUY, the higher for SELL. `null` while
 * there was no last price.
 */
export function moveWaterMark(side: Side, mark: Decimal | null, last: Decimal): Decimal | null {
  if (last.lessThanOrEqualTo(0)) return mark;
  if (mark === null) return last;
  const isBetter = side === 'BUY' ? last.lessThan(mark) : last.greaterThan(mark);
  return isBetter ? last : mark;
}

/**
 * The stop of a trailing stop in USD: so many percent behind the mark, on the price grid of SEC
 * Rule 612. It is rounded away from the market, so that it is never nearer than was asked for, and
 * stays at least one tick above zero.
 */
export function stopBehindMark(side: Side, mark: Decimal, trailPercent: Decimal): Decimal {
  const fraction = trailPercent.dividedBy(100);
  const exact = mark.times(side === 'BUY' ? ONE.plus(fraction) : ONE.minus(fraction));
  const tick = minimumPriceVariation(exact);
  if (side === 'BUY') return exact.toNearest(tick, Decimal.ROUND_CEIL);
  return Decimal.max(exact.toNearest(tick, Decimal.ROUND_FLOOR), tick);
}

/**
 * The stop as it was sent; for a trailing stop where it lies now. `null` for an order without one.
 */
export function currentStop({
  terms,
  waterMark,
}: Pick<OrderView, 'terms' | 'waterMark'>): string | null {
  if (waterMark === null || terms.trailPercent === null) return terms.stopPrice;
  return formatDecimal(
    stopBehindMark(terms.side, new Decimal(waterMark), new Decimal(terms.trailPercent)),
  );
}
