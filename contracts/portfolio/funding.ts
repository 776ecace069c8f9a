import type { DecimalString, Timestamp } from '../decimal-string.ts';
import type { AuditEntry, LedgerTransfer } from '../orders/order-store.ts';
import type { CashBalances } from './portfolio-reader.ts';

/** Settled cash that left an account, in USD with two decimals. */
export interface Withdrawal {
  id: string;
  accountId: string;
  currency: 'USD';
  amount: DecimalString;
  createdAt: Timestamp;
}

/** What a decision to withdraw stands on, of one instant. */
export interface WithdrawalContext {
  cash: CashBalances;
  /** The kept first answer of the idempotency key. */
  firstAnswer: { fingerprint: string; withdrawal: Withdrawal } | null;
}

export interface WithdrawalWrite {
  withdrawal: Withdrawal;
  /** `user/<id>` */
  requestedBy: string;
  idempotency: { key: string; fingerprint: string } | null;
  /** So much, in USD, the decision stood on: with less of any, nothing is written. */
  ground: { settled: DecimalString; buyingPower: DecimalString; leastDue: DecimalString };
  transfers: LedgerTransfer[];
  audit: AuditEntry;
}

export interface DepositWrite {
  accountId: string;
  /** USD with two decimals. */
  amount: DecimalString;
  transfer: LedgerTransfer;
  audit: AuditEntry;
}

export type DepositOutcome = 'WRITTEN' | 'ALREADY_POSTED' | 'KEY_REUSED' | 'ACCOUNT_NOT_FOUND';

/** The place of a withdrawal in an account's list, newest first. */
export interface WithdrawalListPosition {
  createdAt: Timestamp;
  id: string;
}

/**
 * Cash that enters and leaves accounts, in Postgres. Every call is one round trip and throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface FundingStore {
  /** `null` when there is no such account. */
  readWithdrawal(accountId: string, key: string | null): Promise<WithdrawalContext | null>;
  /** CONFLICT: the account has less, or the key its first answer by now; decide again. */
  writeWithdrawal(write: WithdrawalWrite): Promise<'WRITTEN' | 'CONFLICT'>;
  /** Newest first, those after `after`; at most `limit`. */
  listWithdrawals(
    accountId: string,
    after: WithdrawalListPosition | null,
    limit: number,
  ): Promise<Withdrawal[]>;
  /** Posting under a transfer's key twice is posting once; KEY_REUSED for another amount. */
  writeDeposit(write: DepositWrite): Promise<DepositOutcome>;
}
