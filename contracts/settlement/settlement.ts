import type { Side } from '../../domain/orders/order.ts';
import type { DecimalString } from '../decimal-string.ts';
import type { OperatorRequest, RetryWait } from '../orders/workflow-messages.ts';

/** Up to where a settlement run has come: dates in order, accounts in order within a date. */
export interface SettlementCursor {
  /** `YYYY-MM-DD` */
  settlementDate: string;
  accountId: string;
}

/**
 * An operator's retry with the id of the update that brought it: recording it twice is recording it
 * once.
 */
export interface RecordedRetry extends OperatorRequest {
  requestId: string;
}

/** What a run works on, read once when it starts. */
export interface OpenedRun {
  /** The market's date at the start: what is due on it or before is settled. */
  asOfDate: string;
  /**
   * Names the run in the audit trail, with the last audit event before it: so its totals can be
   * read from the books.
   */
  runId: string;
  auditAfter: number;
}

/** What a chunk came to; `isLast`: nothing more was due. */
export interface ChunkResult extends SettlementTotals {
  cursor: SettlementCursor | null;
  isLast: boolean;
}

/** Counts of instructions and sums of cash in USD: paid for purchases, received for sales. */
export interface SettlementTotals {
  settled: number;
  inRepair: number;
  cashPaid: DecimalString;
  cashReceived: DecimalString;
}

/** Where a run stands, as its workflow knows it. */
export interface SettlementRunStanding extends SettlementTotals {
  /** Null until the run is opened. */
  asOfDate: string | null;
  chunks: number;
  cursor: SettlementCursor | null;
  waiting: RetryWait | null;
}

/** What a run came to, by the books. */
export interface SettlementRunResult extends SettlementTotals {
  asOfDate: string;
  chunks: number;
  seconds: number;
  instructionsPerSecond: number;
}

/** What a run carries into its continuation. */
export interface SettlementRunState extends SettlementTotals {
  opened: OpenedRun;
  startedAtMs: number;
  chunks: number;
  cursor: SettlementCursor | null;
}

/** Input of the workflow of an execution that could not be settled on its day. */
export interface SettlementRepair {
  executionId: string;
  symbol: string;
  side: Side;
  quantity: DecimalString;
  settlementDate: string;
  /** Why it was not settled: the clearing house's reason, or ours. */
  reason: string;
}

/** What one attempt to settle one execution came to. */
export type SettleAttempt = { outcome: 'SETTLED' } | { outcome: 'NOT_SETTLED'; reason: string };

/** Where a repair stands, as its workflow knows it; also what the workflow returns. */
export interface SettlementStanding {
  executionId: string;
  status: 'SETTLED' | 'IN_REPAIR';
  /** Why the last attempt failed; null when settled. */
  reason: string | null;
  attempts: number;
  waiting: RetryWait | null;
}

/** An execution that could not be settled on its day, as operators see it. */
export interface SettlementInRepair {
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
  /** The market's dates, `YYYY-MM-DD`. */
  tradeDate: string;
  settlementDate: string;
  reason: string;
}
