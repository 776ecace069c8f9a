import { Decimal, roundUpToCents, ZERO } from '../money/decimal.ts';
import type { Side } from '../order/order.ts';

/** Cash set aside for a BUY: `price` is the worst price in USD it may trade at, `amount` what is held, in whole cents. */
export interface CashHold {
  kind: 'CASH';
  price: Decimal;
  amount: Decimal;
}

/**
 * What an open order sets aside. SHARES are held for a SELL that must be covered, and what remains held is always the order's leaves.
 * NONE is a sale of an account that may sell short: it needs no cover, and shares held for it could be sold by its other orders.
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
  if (side === 'BUY') return { kind: 'CASH', price, amount: roundUpToCents(price.times(quantity)) };
  return shortingAllowed ? { kind: 'NONE' } : { kind: 'SHARES', quantity };
}

/** before + drawn = consumed + released + held, each ≥ 0, in USD. */
export interface HoldMovement {
  /** What stays held for the leaves. */
  held: Decimal;
  /** What the fill paid: its cost. */
  consumed: Decimal;
  /** What goes back to buying power. */
  released: Decimal;
  /** What the hold lacked and buying power must give: only for a fill beyond the hold's price, or a late one whose hold is gone. */
  drawn: Decimal;
}

/** Cumulative rounding can make the fills still to come cost a cent more than price × leaves, never two. */
export const ROUNDING_ALLOWANCE: Decimal = new Decimal('0.01');

/**
 * How a fill moves the cash hold of its order: `hold.amount` is what is held before it, `cost` its cash from `fillCash`, `leaves` the order's leaves after it
 * (0 once closed). While fills keep to the hold's price, nothing is ever drawn, however the order is cut: what later fills cost is at most
 * price × leaves + 0.01, as each end of a difference of rounded sums is off by half a cent at most.
 */
export function holdAfterFill(hold: CashHold, { cost, leaves }: { cost: Decimal; leaves: Decimal }): HoldMovement {
  const drawn = Decimal.max(cost.minus(hold.amount), ZERO);
  const rest = hold.amount.plus(drawn).minus(cost);
  const needed = leaves.gt(ZERO) ? roundUpToCents(hold.price.times(leaves)).plus(ROUNDING_ALLOWANCE) : ZERO;
  const held = Decimal.min(rest, needed);
  return { held, consumed: cost, released: rest.minus(held), drawn };
}
