import type { Side } from '../../domain/order/order.ts';
import type { DecimalString } from '../decimal-string.ts';
import type {
  RecordedRetry,
  SettlementCursor,
  SettlementInRepair,
  SettlementRepair,
  SettlementStanding,
  SettlementTotals,
} from '../settlement.ts';
import type { OperatorRequest } from '../workflow-messages.ts';
import type { LedgerTransfer } from './order-store.ts';

/** A booked execution whose cash and shares have not changed hands. */
export interface UnsettledInstruction {
  executionId: string;
  brokerExecutionId: string;
  orderId: string;
  accountId: string;
  symbol: string;
  side: Side;
  quantity: DecimalString;
  price: DecimalString;
  cash: DecimalString;
  settlementDate: string;
}

export interface NotSettled {
  executionId: string;
  reason: string;
}

/** What the clearing house has settled, with its postings, and what it refused: written in one transaction. */
export interface SettlementWrite {
  /** Names the run in the audit trail; null outside of one. */
  runId: string | null;
  settle: { executionId: string; accountId: string; orderId: string; transfers: LedgerTransfer[] }[];
  refused: NotSettled[];
}

/** Settlement instructions in Postgres. Every call throws `HubError('DATABASE_UNAVAILABLE')` when there is no answer. */
export interface SettlementStore {
  /** The number of the last audit event that there is; 0 for none. */
  readLastAuditEvent(): Promise<number>;
  /** The number of the audit event before the first of a run's own; of the last one that there is when it has none. */
  readAuditEventBefore(runId: string): Promise<number>;
  /** Pending instructions due on `asOfDate` or before, those after the cursor, by date, account and execution; at most `limit`. */
  listDue(asOfDate: string, after: SettlementCursor | null, limit: number): Promise<UnsettledInstruction[]>;
  /** Pending instructions of one account and date: sales first, each kind in the order of its trades; at most `limit`. */
  listDueOf(group: SettlementCursor, limit: number): Promise<UnsettledInstruction[]>;
  /** Null for an execution that is not there or is settled. */
  findUnsettled(executionId: string): Promise<UnsettledInstruction | null>;
  /**
   * Settles what is not settled yet, and puts into repair what the clearing house refused or the books forbid: then the reason is
   * `INSUFFICIENT_SETTLED_CASH`. Answers with what the books forbid. Writing twice is writing once.
   */
  writeSettlement(write: SettlementWrite): Promise<NotSettled[]>;
  /** By execution id, those after `afterExecutionId`; at most `limit`. */
  listInRepair(afterExecutionId: string | null, limit: number): Promise<SettlementInRepair[]>;
  /** What a run has settled, by its audit events; `inRepair` is what is in repair now. */
  readTotals(runId: string, auditAfter: number): Promise<SettlementTotals>;
  /** Audits an operator's retry of one execution, or of a whole run (null). */
  recordRetries(executionId: string | null, retries: readonly RecordedRetry[]): Promise<void>;
}

/** The workflows of executions under repair. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the server cannot be reached. */
export interface SettlementWorkflows {
  /** Starting one that runs or has completed changes nothing. */
  startRepair(repair: SettlementRepair): Promise<void>;
  /**
   * Ends the wait before the next attempt and waits for what comes of it; `PENDING` when that takes long. `REFUSED`: it waits for
   * nothing. Asking again under the same `requestId` asks once.
   */
  retryRepair(
    executionId: string,
    requestId: string,
    request: OperatorRequest,
  ): Promise<SettlementStanding | 'PENDING' | 'NOT_RUNNING' | 'REFUSED'>;
}
