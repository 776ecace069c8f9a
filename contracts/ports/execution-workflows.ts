import type { DecimalString, Timestamp } from '../decimal-string.ts';
import type { Page } from '../portfolio.ts';
import type { OperatorRequest } from '../workflow-messages.ts';
import type { ExecutionReport, VenueExecType } from './broker.ts';

/**
 * What became of a report that found no workflow of its order. BOOKED: the order was open, or the report said nothing new. LATE_FILL: booked
 * after the order had closed, with a break. IMPOSSIBLE_REPORT, UNKNOWN_ORDER: not booked, the break is the record.
 */
export type ExecutionOutcome = 'BOOKED' | 'LATE_FILL' | 'IMPOSSIBLE_REPORT' | 'UNKNOWN_ORDER';

/** The workflows of fills that found their order closed. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the server cannot be reached. */
export interface ExecutionWorkflows {
  /** Starting one that runs or has completed changes nothing. `orderId` is null for an order that is not ours. */
  startExecution(orderId: string | null, report: ExecutionReport): Promise<void>;
}

/** What comes before the next attempt to book: a time, or a person; then `until` is null. */
export interface ExecutionWait {
  for: 'RETRY' | 'OPERATOR';
  until: Timestamp | null;
  /** Attempts that failed since the schedule began. */
  failures: number;
  /** Stable code of the last failure. */
  lastFailure: string;
}

/** A report that could not be booked yet. `quantity` and `price` are those of a TRADE. */
export interface ExecutionStanding {
  brokerExecutionId: string;
  /** Null for an order that is not ours. */
  orderId: string | null;
  execType: VenueExecType;
  quantity: DecimalString | null;
  price: DecimalString | null;
  time: Timestamp;
  /** Null while an attempt runs, and when it is booked. */
  waiting: ExecutionWait | null;
}

/** The same workflows, for operators. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the server, or a worker, cannot be reached. */
export interface ExecutionRepairs {
  /** Those that wait for an operator. A cursor that is not ours is `HubError('VALIDATION_FAILED')`. */
  listWaiting(request: { limit: number; cursor: string | null }): Promise<Page<ExecutionStanding>>;
  /** Null when there is none. */
  findExecution(brokerExecutionId: string): Promise<ExecutionStanding | null>;
  /**
   * Ends the wait before the next attempt and waits for what comes of it: what is waited for after it, null when it is booked, `PENDING` when
   * that takes long. `REFUSED`: it waits for nothing. Asking again under the same `requestId` asks once.
   */
  retryExecution(
    brokerExecutionId: string,
    requestId: string,
    request: OperatorRequest,
  ): Promise<ExecutionWait | null | 'PENDING' | 'NOT_RUNNING' | 'REFUSED'>;
}
