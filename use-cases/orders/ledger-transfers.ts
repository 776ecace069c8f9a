import type { LedgerTransfer } from '../../contracts/ports/order-store.ts';
import type { Posting } from '../../domain/ledger/postings.ts';
import { formatDecimal } from '../../domain/money/decimal.ts';

/** Postings under keys of the business: one event posts each code once, so posting the event again posts nothing. */
export const toTransfers = (eventKey: string, postings: readonly Posting[]): LedgerTransfer[] =>
  postings.map(({ code, debit, credit, asset, amount }) => ({
    key: `${eventKey}/${code}`,
    code,
    debit,
    credit,
    asset,
    amount: formatDecimal(amount),
  }));
