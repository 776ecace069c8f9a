import type { Decimal } from '../money/decimal.ts';
import type { Side } from '../orders/order.ts';

/** A trade of one account that the clearing house has settled and the books have not. */
export interface DueTrade {
  executionId: string;
  side: Side;
  /** What it pays or is paid, in USD. */
  cash: Decimal;
  /** RFC 3339 in UTC: compares as text. */
  executedAt: string;
}

/** Where not all of an account's trades can settle at once, sales come before purchases. */
export const SIDES_IN_SETTLEMENT_ORDER: readonly Side[] = ['SELL', 'BUY'];

export interface SettlementDecision<Trade> {
  settle: Trade[];
  /** Purchases that settled cash does not pay for. */
  unpaid: Trade[];
}

/**
 * Which of an account's due trades its settled cash (USD) allows: all together when that leaves
 * none owed; else one by one, sales before purchases, each kind in the order of its trades, so that
 * a purchase that is too dear keeps back no other one.
 */
export function decideSettlement<Trade extends DueTrade>(
  settledCash: Decimal,
  due: readonly Trade[],
): SettlementDecision<Trade> {
  if (!due.reduce(settleOne, settledCash).isNegative()) return { settle: [...due], unpaid: [] };
  const decision: SettlementDecision<Trade> = { settle: [], unpaid: [] };
  let left = settledCash;
  for (const trade of [...due].sort(bySettlementOrder)) {
    const after = settleOne(left, trade);
    if (after.isNegative()) {
      decision.unpaid.push(trade);
    } else {
      decision.settle.push(trade);
      left = after;
    }
  }
  return decision;
}

const settleOne = (cash: Decimal, trade: DueTrade): Decimal =>
  trade.side === 'SELL' ? cash.plus(trade.cash) : cash.minus(trade.cash);

const rank = ({ side }: DueTrade): number => SIDES_IN_SETTLEMENT_ORDER.indexOf(side);

const keyOf = ({ executedAt, executionId }: DueTrade): string => `${executedAt} ${executionId}`;

const bySettlementOrder = (left: DueTrade, right: DueTrade): number =>
  rank(left) - rank(right) || (keyOf(left) < keyOf(right) ? -1 : 1);
