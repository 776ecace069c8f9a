import type { BrokerExecType, ExecutionReport } from '../broker-session/broker.ts';
import type { DecimalString, Timestamp } from '../decimal-string.ts';
import type { Page } from '../list-cursor.ts';
import type { Order } from '../orders/order.ts';
import type { OperatorRequest, RetryWait } from '../orders/workflow-messages.ts';

/**
 * What became of a report that found no workflow of its order. BOOKED: the order was open, or the
 * report said nothing new. LATE_FILL: booked after the order had closed, with a break.
 * IMPOSSIBLE_REPORT, UNKNOWN_ORDER: not booked, the break is the record.
 */
export type ExecutionOutcome = 'BOOKED' | 'LATE_FILL' | 'IMPOSSIBLE_REPORT' | 'UNKNOWN_ORDER';

/**
 * Error name: the report is none of our session's, and the broker knows nothing of it. The workflow
 * fails: its id is free for the true report.
 */
export const REPORT_UNCONFIRMED = 'ReportUnconfirmed';

/**
 * The workflows of fills that found their order closed. Throws `HubError('TEMPORAL_UNAVAILABLE')`
 * when the server cannot be reached.
 */
export interface ExecutionWorkflows {
  /**
   * Starting one that runs or has completed changes nothing. `orderId` is null for an order that is
   * not ours; it is found by the account and symbol of `order`, when that is known.
   */
  startExecution(
    orderId: string | null,
    report: ExecutionReport,
    order: Pick<Order, 'accountId' | 'symbol'> | null,
  ): Promise<void>;
}

/** A broker's execution by name: ids from outside are unique per broker. */
export interface BrokerExecution {
  broker: string;
  brokerExecutionId: string;
}

/** A report that could not be booked yet. `quantity` and `price` are those of a TRADE. */
export interface ExecutionStanding extends BrokerExecution {
  /** Null for an order that is not ours. */
  orderId: string | null;
  execType: BrokerExecType;
  quantity: DecimalString | null;
  price: DecimalString | null;
  time: Timestamp;
  /** Null while an attempt runs, and when it is booked. */
  waiting: RetryWait | null;
}

/**
 * The same workflows, for operators. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the server, or
 * a worker, cannot be reached.
 */
export interface ExecutionRepairs {
  /**
   * Those that wait for an operator. A cursor that is not ours is `HubError('VALIDATION_FAILED')`.
   */
  listWaiting(request: { limit: number; cursor: string | null }): Promise<Page<ExecutionStanding>>;
  /** Null when there is none. */
  findExecution(of: BrokerExecution): Promise<ExecutionStanding | null>;
  /**
   * Ends the wait before the next attempt and waits for what comes of it: what is waited for after
   * it, null when it is booked, `PENDING` when that takes long. `REJECTED`: it waits for nothing.
   * Asking again under the same `requestId` asks once.
   */
  retryExecution(
    of: BrokerExecution,
    requestId: string,
    request: OperatorRequest,
  ): Promise<RetryWait | null | 'PENDING' | 'NOT_RUNNING' | 'REJECTED'>;
}
