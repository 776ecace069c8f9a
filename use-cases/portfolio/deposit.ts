import { HubError } from '../../contracts/errors.ts';
import type { FundingStore } from '../../contracts/portfolio/funding.ts';
import { postDeposit } from '../../domain/ledger/transfers.ts';
import { Decimal, formatCash, ZERO } from '../../domain/money/decimal.ts';
import { toTransfers } from '../ledger-transfers.ts';

/**
 * Books money that has come in as settled cash of the account: `amount` in USD, whole cents, above
 * zero. The key, unique per account, makes twice the same as once. Throws `VALIDATION_FAILED` for
 * another amount of money, `IDEMPOTENCY_KEY_REUSED` for a key that stands for another amount,
 * `NOT_FOUND` when there is no such account, and `DATABASE_UNAVAILABLE`.
 */
export async function deposit(
  deps: { funding: Pick<FundingStore, 'writeDeposit'> },
  accountId: string,
  amount: string,
  key: string,
): Promise<void> {
  const cash = new Decimal(amount);
  if (cash.lte(ZERO) || cash.decimalPlaces() > 2)
    throw new HubError('VALIDATION_FAILED', { field: 'amount' });
  const [transfer] = toTransfers(`deposit/${accountId}/${key}`, postDeposit(cash));
  if (!transfer) throw new Error('a deposit is one transfer');
  const outcome = await deps.funding.writeDeposit({
    accountId,
    amount: formatCash(cash),
    transfer,
    audit: { actor: 'system', action: 'DEPOSITED', details: { key, amount: formatCash(cash) } },
  });
  if (outcome === 'KEY_REUSED') throw new HubError('IDEMPOTENCY_KEY_REUSED');
  if (outcome === 'ACCOUNT_NOT_FOUND')
    throw new HubError('NOT_FOUND', {}, { detail: 'There is no such account' });
}
