import type { Balance } from '../../contracts/portfolio.ts';
import type { CashBalances } from '../../contracts/ports/portfolio-reader.ts';
import { withdrawableCash } from '../../domain/ledger/withdrawable-cash.ts';
import { Decimal, formatCash } from '../../domain/money/decimal.ts';

/** All the cash of an account in USD: settled + unsettled + held. */
export const totalCash = (cash: CashBalances): Decimal => new Decimal(cash.settled).plus(cash.unsettled).plus(cash.held);

/**
 * The ledger's cash as a client reads it. A hold moves cash from CASH_UNSETTLED to CASH_HELD, so what trades alone have left unsettled is the sum
 * of both, and what new orders may use is CASH_SETTLED + CASH_UNSETTLED: the amount that guards new orders.
 */
export function toBalance(cash: CashBalances): Balance {
  const settled = new Decimal(cash.settled);
  const unsettled = new Decimal(cash.unsettled);
  const held = new Decimal(cash.held);
  return {
    currency: 'USD',
    cash: formatCash(totalCash(cash)),
    settledCash: formatCash(settled),
    unsettledCash: formatCash(unsettled.plus(held)),
    heldCash: formatCash(held),
    buyingPower: formatCash(settled.plus(unsettled)),
    withdrawableCash: formatCash(withdrawableCash({ settled, unsettled, leastDue: new Decimal(cash.leastDue) })),
  };
}
