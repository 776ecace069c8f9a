import type { LedgerTransfer } from '../contracts/orders/order-store.ts';
import type { Transfer } from '../domain/ledger/transfers.ts';
import { formatDecimal } from '../domain/money/decimal.ts';

/**
 * Transfers under keys of the business: one event posts each code once, so posting the event again
 * posts nothing.
 */
export const toTransfers = (eventKey: string, transfers: readonly Transfer[]): LedgerTransfer[] =>
  transfers.map(({ code, debit, credit, asset, amount }) => ({
    key: `${eventKey}/${code}`,
    code,
    debit,
    credit,
    asset,
    amount: formatDecimal(amount),
  }));
