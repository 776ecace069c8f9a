import { createHash } from 'node:crypto';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import {
  decodeListCursor,
  listPage,
  type Page,
  type PageRequest,
} from '../../contracts/list-cursor.ts';
import type {
  FundingStore,
  Withdrawal,
  WithdrawalListPosition,
  WithdrawalWrite,
} from '../../contracts/portfolio/funding.ts';
import type { Transfer } from '../../domain/ledger/transfers.ts';
import { Decimal, formatCash } from '../../domain/money/decimal.ts';
import { decideWithdrawal } from '../../domain/portfolio/withdrawal.ts';
import { decideUntilWritten } from '../decide-until-written.ts';
import { toTransfers } from '../ledger-transfers.ts';
import { toCashGround } from './balance.ts';

/** Name space (RFC 9562, 5.5) under which ids of withdrawals are derived; fixed for ever. */
const WITHDRAWAL_NAMESPACE = 'e0a8f2d4-3b57-4f0e-8c5c-6a1f9d27b3e5';

export interface WithdrawDeps {
  funding: Pick<FundingStore, 'readWithdrawal' | 'writeWithdrawal'>;
  clock: Clock;
}

/**
 * Takes settled cash out of the caller's account: decided on what the account holds, and written in
 * one transaction while it still holds that. With a key, the first answer is given again; a
 * rejection keeps nothing, so the same key may be sent again. Throws
 * `INSUFFICIENT_WITHDRAWABLE_CASH`, `IDEMPOTENCY_KEY_REUSED`, `NOT_FOUND` when the account is gone,
 * and `DATABASE_UNAVAILABLE`: then the cash may be gone or not, and the same key tells.
 */
export async function withdraw(
  deps: WithdrawDeps,
  caller: Caller,
  amount: string,
  idempotencyKey: string | null,
): Promise<{ withdrawal: Withdrawal; replayed: boolean }> {
  const cash = new Decimal(amount);
  const withdrawal = withdrawalOf(caller, cash, idempotencyKey, deps.clock());
  const idempotency = toIdempotency(idempotencyKey, withdrawal);
  const decide = async (): Promise<{ withdrawal: Withdrawal; replayed: boolean } | null> => {
    const context = await deps.funding.readWithdrawal(caller.accountId, idempotencyKey);
    if (!context) throw new HubError('NOT_FOUND', {}, { detail: 'There is no such account' });
    const { firstAnswer } = context;
    if (firstAnswer) {
      if (firstAnswer.fingerprint !== idempotency?.fingerprint)
        throw new HubError('IDEMPOTENCY_KEY_REUSED');
      return { withdrawal: firstAnswer.withdrawal, replayed: true };
    }
    const ground = toCashGround(context.cash);
    const decided = decideWithdrawal(ground, cash);
    if (decided.outcome === 'INSUFFICIENT')
      throw new HubError('INSUFFICIENT_WITHDRAWABLE_CASH', {
        requested: withdrawal.amount,
        available: formatCash(decided.available),
      });
    const outcome = await deps.funding.writeWithdrawal({
      ...writeOf(withdrawal, caller, decided.transfers),
      idempotency,
      ground: {
        settled: formatCash(ground.settled),
        buyingPower: formatCash(ground.settled.plus(ground.unsettled)),
        leastDue: formatCash(ground.leastDue),
      },
    });
    return outcome === 'WRITTEN' ? { withdrawal, replayed: false } : null;
  };
  return decideUntilWritten(decide, {
    detail: 'The account changes too fast to decide on the withdrawal',
  });
}

/**
 * The caller's withdrawals, newest first. A cursor that is not ours is `VALIDATION_FAILED`. Throws
 * `DATABASE_UNAVAILABLE`.
 */
export async function listWithdrawals(
  deps: { funding: Pick<FundingStore, 'listWithdrawals'> },
  caller: Caller,
  { limit, cursor }: PageRequest,
): Promise<Page<Withdrawal>> {
  const found = await deps.funding.listWithdrawals(caller.accountId, positionOf(cursor), limit + 1);
  return listPage(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
}

function positionOf(cursor: string | null): WithdrawalListPosition | null {
  if (cursor === null) return null;
  const { at, id } = decodeListCursor(cursor);
  return { createdAt: at, id };
}

const withdrawalOf = (
  { accountId }: Caller,
  amount: Decimal,
  key: string | null,
  nowMs: number,
): Withdrawal => ({
  id: key === null ? uuidV7() : uuidV5(`${accountId}:${key}`, WITHDRAWAL_NAMESPACE),
  accountId,
  currency: 'USD',
  amount: formatCash(amount),
  createdAt: new Date(nowMs).toISOString(),
});

const toIdempotency = (key: string | null, { amount }: Withdrawal) =>
  key === null ? null : { key, fingerprint: createHash('sha256').update(amount).digest('hex') };

function writeOf(
  withdrawal: Withdrawal,
  { userId }: Caller,
  transfers: readonly Transfer[],
): Pick<WithdrawalWrite, 'withdrawal' | 'requestedBy' | 'transfers' | 'audit'> {
  const { id, amount } = withdrawal;
  const requestedBy = `user/${userId}`;
  return {
    withdrawal,
    requestedBy,
    transfers: toTransfers(`withdrawal/${id}`, transfers),
    audit: { actor: requestedBy, action: 'WITHDRAWN', details: { withdrawalId: id, amount } },
  };
}
