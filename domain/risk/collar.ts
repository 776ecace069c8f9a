import { Decimal } from '../money/decimal.ts';
import type { Side } from '../orders/order.ts';
import { minimumPriceVariation } from './price-increment.ts';

/** How far an order without a limit may trade from the price that sets it off. */
export const MARKET_COLLAR: Decimal = new Decimal('0.05');
/**
 * How far a limit price may lie beyond the quote it would trade against: more is taken for a slip
 * of the finger.
 */
export const LIMIT_COLLAR_AGGRESSIVE: Decimal = new Decimal('0.10');
/** How far a limit price may lie on the resting side of the quote. */
export const LIMIT_COLLAR_PASSIVE: Decimal = new Decimal('0.50');

/** Best bid and ask in USD. */
export interface BidAsk {
  bid: Decimal;
  ask: Decimal;
}

const ONE = new Decimal(1);

/**
 * The worst price at which an order without a limit may trade: 5 % beyond the price that sets it
 * off, above it for a BUY and below it for a SELL, rounded away from the market to the minimum
 * price variation and never below one. Both CME ("market with protection") and Alpaca (its collar
 * of market orders) send such a limit with the order.
 */
export function worstPriceFrom(side: Side, price: Decimal): Decimal {
  if (side === 'BUY') {
    const worst = price.times(ONE.plus(MARKET_COLLAR));
    return worst.toNearest(minimumPriceVariation(worst), Decimal.ROUND_CEIL);
  }
  const worst = price.times(ONE.minus(MARKET_COLLAR));
  const tick = minimumPriceVariation(worst);
  return Decimal.max(worst.toNearest(tick, Decimal.ROUND_FLOOR), tick);
}

/**
 * Whether a limit price is near enough: a BUY from bid − 50 % to ask + 10 %, a SELL from bid − 10 %
 * to ask + 50 %, the ends included.
 */
export function isWithinCollar(side: Side, limitPrice: Decimal, quote: BidAsk): boolean {
  const below = side === 'BUY' ? LIMIT_COLLAR_PASSIVE : LIMIT_COLLAR_AGGRESSIVE;
  const above = side === 'BUY' ? LIMIT_COLLAR_AGGRESSIVE : LIMIT_COLLAR_PASSIVE;
  return (
    limitPrice.gte(quote.bid.times(ONE.minus(below))) &&
    limitPrice.lte(quote.ask.times(ONE.plus(above)))
  );
}
