import { postWithdrawal, type Transfer } from '../ledger/transfers.ts';
import { Decimal, ZERO } from '../money/decimal.ts';

export interface WithdrawalGround {
  /** CASH_SETTLED. */
  settled: Decimal;
  /** CASH_UNSETTLED. */
  unsettled: Decimal;
  /**
   * Of the trades that are due but not settled yet: the least that sales less purchases come to,
   * added up date by date. Zero when nothing is due, or when at no date more is owed than due.
   */
  leastDue: Decimal;
}

export type WithdrawalDecision =
  | { outcome: 'ALLOWED'; transfers: Transfer[] }
  | { outcome: 'INSUFFICIENT'; available: Decimal };

/**
 * What a withdrawal may take, in USD: settled cash that no trade or open order needs. That is the
 * lesser of settled cash and buying power; and what is due by now must still settle from the rest,
 * though sales of a later date would make up for it. Never below zero.
 */
export const withdrawableCash = ({ settled, unsettled, leastDue }: WithdrawalGround): Decimal =>
  Decimal.max(ZERO, Decimal.min(settled, settled.plus(unsettled), settled.plus(leastDue)));

/** Whether `amount` (USD, > 0) may leave the account, and by which transfers it does. */
export function decideWithdrawal(ground: WithdrawalGround, amount: Decimal): WithdrawalDecision {
  const available = withdrawableCash(ground);
  return amount.gt(available)
    ? { outcome: 'INSUFFICIENT', available }
    : { outcome: 'ALLOWED', transfers: postWithdrawal(amount) };
}
