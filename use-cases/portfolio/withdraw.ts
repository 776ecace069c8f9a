import { createHash } from 'node:crypto';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import type { Caller } from '../../contracts/caller.ts';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { Withdrawal, WithdrawalStore, WithdrawalWrite } from '../../contracts/ports/withdrawals.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { postWithdrawal } from '../../domain/ledger/postings.ts';
import { Decimal, formatCash } from '../../domain/money/decimal.ts';
import { toTransfers } from '../orders/ledger-transfers.ts';
import type { WithdrawalUseCases } from '../use-cases.ts';

/** Name space (RFC 9562, 5.5) under which ids of withdrawals are derived; fixed for ever. */
const WITHDRAWAL_NAMESPACE = 'e0a8f2d4-3b57-4f0e-8c5c-6a1f9d27b3e5';

/**
 * Takes settled cash out of the caller's account, in one transaction. With a key, the first answer is given again; a refusal keeps nothing, so the
 * same key may be sent again. Throws `INSUFFICIENT_WITHDRAWABLE_CASH`, `IDEMPOTENCY_KEY_REUSED`, `NOT_FOUND` when the account is gone, and
 * `DATABASE_UNAVAILABLE`: then the cash may be gone or not, and the same key tells.
 */
export function createWithdraw(deps: {
  withdrawals: Pick<WithdrawalStore, 'writeWithdrawal'>;
  clock: Clock;
}): WithdrawalUseCases['withdraw'] {
  return async (caller, amount, idempotencyKey) => {
    const cash = new Decimal(amount);
    const written = await deps.withdrawals.writeWithdrawal(toWrite(caller, cash, idempotencyKey, deps.clock()));
    switch (written.outcome) {
      case 'WRITTEN':
        return { withdrawal: written.withdrawal, replayed: false };
      case 'REPLAYED':
        return { withdrawal: written.withdrawal, replayed: true };
      case 'KEY_REUSED':
        throw new HubError('IDEMPOTENCY_KEY_REUSED');
      case 'ACCOUNT_NOT_FOUND':
        throw new HubError('NOT_FOUND', {}, { detail: 'There is no such account' });
      case 'INSUFFICIENT':
        throw new HubError('INSUFFICIENT_WITHDRAWABLE_CASH', { requested: formatCash(cash), available: written.available });
      default:
        return assertNever(written);
    }
  };
}

function toWrite(caller: Caller, amount: Decimal, key: string | null, nowMs: number): WithdrawalWrite {
  const id = key === null ? uuidV7() : uuidV5(`${caller.accountId}:${key}`, WITHDRAWAL_NAMESPACE);
  const withdrawal: Withdrawal = {
    id,
    accountId: caller.accountId,
    currency: 'USD',
    amount: formatCash(amount),
    createdAt: new Date(nowMs).toISOString(),
  };
  const requestedBy = `user/${caller.userId}`;
  return {
    withdrawal,
    requestedBy,
    idempotency: key === null ? null : { key, fingerprint: createHash('sha256').update(withdrawal.amount).digest('hex') },
    transfers: toTransfers(`withdrawal/${id}`, postWithdrawal(amount)),
    audit: { actor: requestedBy, action: 'WITHDRAWN', details: { withdrawalId: id, amount: withdrawal.amount } },
  };
}
