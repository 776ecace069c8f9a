import type { OpenStatus, Side } from '../../domain/orders/order.ts';
import type { Timestamp } from '../decimal-string.ts';
import type { OperatorRequest } from '../orders/workflow-messages.ts';

/** Workflow type of one request of an operator's for many orders; the id is `bulk/<id>`. */
export const BULK_OPERATION_WORKFLOW = 'bulkOperation';

/** Signal with an {@link OperatorRequest}: ask no further orders. */
export const STOP_SIGNAL = 'stop';

/** What is asked of each order, as of a single one: try again now, end it, cancel it. */
export const BULK_ACTIONS = ['RETRY', 'FAIL', 'CANCEL'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** Which of the open orders; what is null does not narrow. */
export interface BulkFilter {
  /** `true`: SUSPENDED orders; `false`: all others. */
  attention: boolean | null;
  /** PENDING_NEW: those that the broker has not confirmed. */
  status: OpenStatus | null;
  symbol: string | null;
  accountId: string | null;
  side: Side | null;
  /** Both inclusive. */
  submittedAfter: Timestamp | null;
  submittedBefore: Timestamp | null;
}

export interface BulkRequest {
  id: string;
  action: BulkAction;
  filter: BulkFilter;
  /** `user/<id>` */
  operator: string;
  reason: string;
  /** Orders that were submitted later are not touched. */
  requestedAt: Timestamp;
}

/**
 * What came of asking one order. DONE: it was tried again, or is ended. PENDING: its workflow has
 * taken the request up and is still at it. REJECTED: it waits for nothing, or was closed first.
 * FAILED: it could not be asked.
 */
export type BulkOutcome = 'DONE' | 'PENDING' | 'REJECTED' | 'FAILED';

/** An order that could not be asked, and the stable code why. */
export interface BulkFailure {
  orderId: string;
  code: string;
}

/** Counts of orders by {@link BulkOutcome}. */
export interface BulkCounts {
  done: number;
  pending: number;
  rejected: number;
  failed: number;
}

/** What came of a page of orders. */
export interface BulkPageResult extends BulkCounts {
  failures: BulkFailure[];
}

/**
 * The place of an order in the sequence of a bulk operation: by submission, then id, both
 * ascending.
 */
export interface BulkCursor {
  submittedAt: Timestamp;
  orderId: string;
}

/** The next orders to ask; `cursor` is null when there are no more. */
export interface BulkPage {
  orderIds: string[];
  cursor: BulkCursor | null;
}

/** How far a bulk operation has come; also what its workflow returns. */
export interface BulkProgress extends BulkRequest, BulkCounts {
  /** CANCELED: stopped before all were asked. FAILED: its workflow ended by force. */
  status: 'RUNNING' | 'COMPLETED' | 'CANCELED' | 'FAILED';
  /**
   * Orders that the filter found at the start; those closed before their turn are not asked. Null
   * until they are counted.
   */
  matched: number | null;
  /** At most {@link FAILURE_SAMPLES_MAX}. */
  failures: BulkFailure[];
  stoppedBy: OperatorRequest | null;
  startedAt: Timestamp;
  endedAt: Timestamp | null;
}

/** What a run of the workflow hands to the next. */
export interface BulkState extends BulkCounts {
  matched: number | null;
  failures: BulkFailure[];
  cursor: BulkCursor | null;
  startedAt: Timestamp;
}

export const FAILURE_SAMPLES_MAX = 10;

/**
 * After so many attempts (1 s to 1 min apart, some 15 minutes in all) the orders of a page that
 * cannot be asked count as failed.
 */
export const ASK_ATTEMPTS_MAX = 20;

export const NO_COUNTS: BulkCounts = { done: 0, pending: 0, rejected: 0, failed: 0 };

/** `CANCEL open orders of AAPL, BUY` */
export function describeBulk({ action, filter }: Pick<BulkRequest, 'action' | 'filter'>): string {
  const { attention, status, symbol, accountId, side, submittedAfter, submittedBefore } = filter;
  const narrowed = [
    symbol && `of ${symbol}`,
    accountId && `of account ${accountId}`,
    side,
    status,
    attention === null
      ? null
      : attention
        ? 'waiting for an operator'
        : 'not waiting for an operator',
    submittedAfter && `submitted since ${submittedAfter}`,
    submittedBefore && `submitted until ${submittedBefore}`,
  ].filter((part) => part !== null);
  return `${action} ${narrowed.length === 0 ? 'all open orders' : `open orders ${narrowed.join(', ')}`}`;
}
