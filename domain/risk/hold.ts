import { Decimal, ZERO } from '../money/decimal.ts';
import { type FilledWorth, roundedCash } from '../orders/fill-cash.ts';
import type { Side } from '../orders/order.ts';

/**
 * Cash set aside for a BUY: `price` is the worst price in USD it may trade at, `amount` what is
 * held, in whole cents.
 */
export interface CashHold {
  kind: 'CASH';
  price: Decimal;
  amount: Decimal;
}

/**
 * What an open order sets aside. SHARES are held for a SELL that must be covered, and what remains
 * held is always the order's leaves. NONE is a sale of an account that may sell short: it needs no
 * cover, and shares held for it could be sold by its other orders.
 */
export type Hold = CashHold | { kind: 'SHARES'; quantity: Decimal } | { kind: 'NONE' };

/** `price` is the limit or protection price. */
export interface HoldRequest {
  side: Side;
  quantity: Decimal;
  price: Decimal;
  shortingAllowed: boolean;
}

export function holdFor({ side, quantity, price, shortingAllowed }: HoldRequest): Hold {
  if (side === 'BUY')
    return { kind: 'CASH', price, amount: roundedCash(side, price.times(quantity)) };
  return shortingAllowed ? { kind: 'NONE' } : { kind: 'SHARES', quantity };
}

/** What was held + drawn = the fill's cost + released + held, each ≥ 0, in USD. */
export interface HoldMovement {
  /** What stays held for the leaves. */
  held: Decimal;
  /** What goes back to buying power. */
  released: Decimal;
  /**
   * What the hold lacked and buying power must give: only for a fill beyond the hold's price, or a
   * late one whose hold is gone.
   */
  drawn: Decimal;
}

/** An order after one of its fills. */
export interface FilledPart {
  /** What that fill cost, from `fillCash`. */
  cost: Decimal;
  /** All fills so far, that one included. */
  filled: FilledWorth;
  /** 0 once the order is closed. */
  leaves: Decimal;
}

/**
 * How a fill moves the cash hold of its order; `hold.amount` is what is held before it. Held stays
 * exactly what the fills to come can still cost at the hold's price: the order's worst worth,
 * rounded up once, less what is paid. So while fills keep to the hold's price nothing is ever
 * drawn, however the order is cut, and what is paid and held together is never more than was held
 * at first.
 */
export function holdAfterFill(
  hold: Pick<CashHold, 'price' | 'amount'>,
  { cost, filled, leaves }: FilledPart,
): HoldMovement {
  const drawn = Decimal.max(cost.minus(hold.amount), ZERO);
  const rest = hold.amount.plus(drawn).minus(cost);
  const worst = roundedCash('BUY', filled.notional.plus(hold.price.times(leaves))).minus(
    filled.cash,
  );
  const held = leaves.gt(ZERO) ? Decimal.max(Decimal.min(rest, worst), ZERO) : ZERO;
  return { held, released: rest.minus(held), drawn };
}
