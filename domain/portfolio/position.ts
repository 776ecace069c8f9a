import { type Decimal, roundBasis, roundPrice, ZERO } from '../money/decimal.ts';
import type { Side } from '../orders/order.ts';

/** What an account holds of one symbol, by average cost. */
export interface PositionState {
  /** In shares; negative when short. */
  quantity: Decimal;
  /** What |quantity| was bought for (long) or sold for (short), in USD, ≥ 0, 16 decimals. */
  costBasis: Decimal;
  /** In USD, 16 decimals. */
  realizedPnl: Decimal;
}

/** One execution: quantity in shares and price in USD, both positive. */
export interface PositionFill {
  side: Side;
  quantity: Decimal;
  price: Decimal;
}

export const EMPTY_POSITION: PositionState = { quantity: ZERO, costBasis: ZERO, realizedPnl: ZERO };

/** Basis per share, 8 decimals; 0 when the position is closed. */
export const averagePrice = (position: PositionState): Decimal =>
  position.quantity.isZero() ? ZERO : roundPrice(position.costBasis.div(position.quantity.abs()));

export const positionType = (position: PositionState): 'LONG' | 'SHORT' =>
  position.quantity.lt(ZERO) ? 'SHORT' : 'LONG';

export const positionStatus = (position: PositionState): 'ACTIVE' | 'CLOSED' =>
  position.quantity.isZero() ? 'CLOSED' : 'ACTIVE';

/**
 * The position after one execution. A fill in the position's direction adds its notional to the
 * basis. One against it takes out the proportional part of the basis and realizes the difference;
 * to the last share it takes the whole basis, and what exceeds the position opens one in the other
 * direction at the fill's price. Nothing is lost: sales − purchases = realized P&L − basis when
 * long, + basis when short, exactly.
 */
export function applyFill(position: PositionState, fill: PositionFill): PositionState {
  const change = fill.side === 'BUY' ? fill.quantity : fill.quantity.neg();
  const isIncrease = position.quantity.isZero() || position.quantity.isPos() === change.isPos();
  if (isIncrease) {
    const costBasis = position.costBasis.plus(fill.quantity.times(fill.price));
    return { ...position, quantity: position.quantity.plus(change), costBasis };
  }
  const held = position.quantity.abs();
  if (fill.quantity.lte(held)) return reduce(position, fill.quantity, fill.price);
  const closed = reduce(position, held, fill.price);
  return applyFill(closed, { ...fill, quantity: fill.quantity.minus(held) });
}

function reduce(position: PositionState, quantity: Decimal, price: Decimal): PositionState {
  const held = position.quantity.abs();
  const isLong = position.quantity.isPos();
  const basisOut = quantity.eq(held)
    ? position.costBasis
    : roundBasis(position.costBasis.times(quantity).div(held));
  const notional = quantity.times(price);
  return {
    quantity: isLong ? position.quantity.minus(quantity) : position.quantity.plus(quantity),
    costBasis: position.costBasis.minus(basisOut),
    realizedPnl: position.realizedPnl.plus(
      isLong ? notional.minus(basisOut) : basisOut.minus(notional),
    ),
  };
}

/**
 * What the position is worth at `marketPrice`, in USD, exact: both figures are signed, the value of
 * a short position is negative.
 */
export function valuePosition(
  position: PositionState,
  marketPrice: Decimal,
): { marketValue: Decimal; unrealizedPnl: Decimal } {
  if (position.quantity.isZero()) return { marketValue: ZERO, unrealizedPnl: ZERO };
  const marketValue = position.quantity.times(marketPrice);
  const unrealizedPnl = position.quantity.isPos()
    ? marketValue.minus(position.costBasis)
    : marketValue.plus(position.costBasis);
  return { marketValue, unrealizedPnl };
}
