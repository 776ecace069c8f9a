import type { DecimalString, Timestamp } from '../decimal-string.ts';
import type { AuditEntry, LedgerTransfer } from './order-store.ts';

/** Settled cash that left an account, in USD with two decimals. */
export interface Withdrawal {
  id: string;
  accountId: string;
  currency: 'USD';
  amount: DecimalString;
  createdAt: Timestamp;
}

export interface WithdrawalWrite {
  withdrawal: Withdrawal;
  /** `user/<id>` */
  requestedBy: string;
  idempotency: { key: string; fingerprint: string } | null;
  transfers: LedgerTransfer[];
  audit: AuditEntry;
}

export type WithdrawalOutcome =
  | { outcome: 'WRITTEN' | 'REPLAYED'; withdrawal: Withdrawal }
  | { outcome: 'KEY_REUSED' }
  | { outcome: 'ACCOUNT_NOT_FOUND' }
  /** Nothing was written; `available` is what could have been taken. */
  | { outcome: 'INSUFFICIENT'; available: DecimalString };

/** The place of a withdrawal in an account's list, newest first. */
export interface WithdrawalListPosition {
  createdAt: Timestamp;
  id: string;
}

/** Withdrawals in Postgres. Every call throws `HubError('DATABASE_UNAVAILABLE')` when there is no answer. */
export interface WithdrawalStore {
  /** Takes the cash, unless it is not there, or the idempotency key has its first answer. */
  writeWithdrawal(write: WithdrawalWrite): Promise<WithdrawalOutcome>;
  /** Newest first, those after `after`; at most `limit`. */
  listWithdrawals(accountId: string, after: WithdrawalListPosition | null, limit: number): Promise<Withdrawal[]>;
}
