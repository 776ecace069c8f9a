import type { Balance } from '../../contracts/portfolio/portfolio.ts';
import type { CashBalances } from '../../contracts/portfolio/portfolio-reader.ts';
import { Decimal, formatCash } from '../../domain/money/decimal.ts';
import { type WithdrawalGround, withdrawableCash } from '../../domain/portfolio/withdrawal.ts';

/** All the cash of an account in USD: settled + unsettled + held. */
export const totalCash = (cash: CashBalances): Decimal =>
  new Decimal(cash.settled).plus(cash.unsettled).plus(cash.held);

export const toCashGround = (cash: CashBalances): WithdrawalGround => ({
  settled: new Decimal(cash.settled),
  unsettled: new Decimal(cash.unsettled),
  leastDue: new Decimal(cash.leastDue),
});

/**
 * The ledger's cash as a client reads it. A hold moves cash from CASH_UNSETTLED to CASH_HELD, so
 * what trades alone have left unsettled is the sum of both, and what new orders may use is
 * CASH_SETTLED + CASH_UNSETTLED: the amount that guards new orders.
 */
export function toBalance(cash: CashBalances): Balance {
  const ground = toCashGround(cash);
  const { settled, unsettled } = ground;
  const held = new Decimal(cash.held);
  return {
    currency: 'USD',
    cash: formatCash(totalCash(cash)),
    settledCash: formatCash(settled),
    unsettledCash: formatCash(unsettled.plus(held)),
    heldCash: formatCash(held),
    buyingPower: formatCash(settled.plus(unsettled)),
    withdrawableCash: formatCash(withdrawableCash(ground)),
  };
}
