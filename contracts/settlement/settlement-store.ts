import type { Side } from '../../domain/orders/order.ts';
import type { DecimalString, Timestamp } from '../decimal-string.ts';
import type { AuditEntry, LedgerTransfer } from '../orders/order-store.ts';
import type { OperatorRequest } from '../orders/workflow-messages.ts';
import type {
  RecordedRetry,
  SettlementCursor,
  SettlementInRepair,
  SettlementRepair,
  SettlementStanding,
  SettlementTotals,
} from './settlement.ts';

/** A booked execution whose cash and shares have not changed hands. */
export interface UnsettledInstruction {
  executionId: string;
  broker: string;
  brokerExecutionId: string;
  orderId: string;
  accountId: string;
  symbol: string;
  side: Side;
  quantity: DecimalString;
  price: DecimalString;
  cash: DecimalString;
  executedAt: Timestamp;
  settlementDate: string;
}

export interface NotSettled {
  executionId: string;
  reason: string;
}

/** What a decision to settle instructions stands on, of one instant. */
export interface SettlementContext {
  /** Executions that are settled already. */
  settled: ReadonlySet<string>;
  /** CASH_SETTLED of each of their accounts, in USD. */
  settledCash: Readonly<Record<string, DecimalString>>;
}

/** What was decided on instructions, written in one transaction. */
export interface SettlementWrite {
  /** Executions that settle, by the transfers. */
  settle: string[];
  transfers: (LedgerTransfer & { accountId: string; orderId: string; executionId: string })[];
  /** What goes into repair, or stays there. */
  repair: NotSettled[];
  /** What the decision stood on: with another amount in any account, nothing is written. */
  settledCash: Readonly<Record<string, DecimalString>>;
  audit: (AuditEntry & { accountId: string })[];
}

/**
 * Settlement instructions in Postgres. Every call throws `HubError('DATABASE_UNAVAILABLE')` when
 * there is no answer.
 */
export interface SettlementStore {
  /** The number of the last audit event that there is; 0 for none. */
  readLastAuditEvent(): Promise<number>;
  /**
   * The number of the audit event before the first of a run's own; of the last one that there is
   * when it has none.
   */
  readAuditEventBefore(runId: string): Promise<number>;
  /**
   * Pending instructions due on `asOfDate` or before, those after the cursor, by date, account and
   * execution; at most `limit`.
   */
  listDue(
    asOfDate: string,
    after: SettlementCursor | null,
    limit: number,
  ): Promise<UnsettledInstruction[]>;
  /** Pending instructions of one account, date and side, in the order of trades; at most `limit`. */
  listDueOf(group: SettlementCursor, side: Side, limit: number): Promise<UnsettledInstruction[]>;
  /** Null for an execution that is not there or is settled. */
  findUnsettled(executionId: string): Promise<UnsettledInstruction | null>;
  readContext(executionIds: readonly string[]): Promise<SettlementContext>;
  /**
   * CONFLICT: one of the instructions is settled by now, or an account's settled cash is another
   * one; decide again.
   */
  writeSettlement(write: SettlementWrite): Promise<'WRITTEN' | 'CONFLICT'>;
  /** By execution id, those after `afterExecutionId`; at most `limit`. */
  listInRepair(afterExecutionId: string | null, limit: number): Promise<SettlementInRepair[]>;
  /** What a run has settled, by its audit events; `inRepair` is what is in repair now. */
  readTotals(runId: string, auditAfter: number): Promise<SettlementTotals>;
  /** Audits an operator's retry of one execution, or of a whole run (null). */
  recordRetries(executionId: string | null, retries: readonly RecordedRetry[]): Promise<void>;
}

/**
 * The workflows of executions under repair. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the
 * server cannot be reached.
 */
export interface SettlementWorkflows {
  /** Starting one that runs or has completed changes nothing. */
  startRepair(repair: SettlementRepair): Promise<void>;
  /**
   * Ends the wait before the next attempt and waits for what comes of it; `PENDING` when that takes
   * long. `REJECTED`: it waits for nothing. Asking again under the same `requestId` asks once.
   */
  retryRepair(
    executionId: string,
    requestId: string,
    request: OperatorRequest,
  ): Promise<SettlementStanding | 'PENDING' | 'NOT_RUNNING' | 'REJECTED'>;
}
