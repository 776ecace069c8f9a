import type { Timestamp } from '../decimal-string.ts';
import type { Decline } from '../failure-class.ts';
import type { ReplaceTerms } from './order.ts';
import type { Order } from './order-fields.ts';

/** Workflow type of an order's life; the id is `order/<orderId>`. */
export const ORDER_WORKFLOW = 'order';

/** Workflow type of the session that reads a broker's execution reports. */
export const BROKER_SESSION_WORKFLOW = 'brokerSession';

/**
 * Workflow type of a fill that found its order closed; the id is `execution/<broker>/<brokerExecutionId>`.
 */
export const EXECUTION_WORKFLOW = 'execution';

/**
 * Workflow types of the daily settlement, and of an execution that could not be settled on its day.
 */
export const SETTLEMENT_RUN_WORKFLOW = 'settlementRun';
export const SETTLEMENT_WORKFLOW = 'settlement';

/** Signal with `ExecutionReport[]`: what the broker says happened to the order. */
export const EXECUTION_REPORTS_SIGNAL = 'executionReports';

/** Signal: the API could not decide on the order and told its client so. */
export const ABANDON_SIGNAL = 'abandon';

/** Signal with who asks: as the update `cancel`, for one who no longer waits for the answer. */
export const REQUEST_CANCEL_SIGNAL = 'requestCancel';

/**
 * Update: cancel the order. Answers with {@link OrderProgress}; rejected when the order is closed.
 */
export const CANCEL_UPDATE = 'cancel';

/**
 * Update with a {@link Replacement}: answers with {@link OrderProgress} of the original; rejected
 * when it is not replaceable.
 */
export const REPLACE_UPDATE = 'replace';

/**
 * Update with an {@link OperatorRequest}: end the wait before the next attempt. Rejected when
 * nothing waits for one.
 */
export const RETRY_NOW_UPDATE = 'retryNow';

/**
 * Update with an {@link OperatorRequest}: end the order by an operator's word and give its hold
 * back. Rejected when nothing waits.
 */
export const FAIL_UPDATE = 'fail';

/** Query: {@link OrderProgress} of the order now. */
export const PROGRESS_QUERY = 'progress';

/** Search attribute of a workflow that waits for an operator. */
export const ATTENTION_NEEDED = 'AttentionNeeded';

/**
 * Search attribute of a workflow whose step has used up its quick retries and not succeeded since:
 * `<step> <code>`, such as `PLACE BrokerUnavailable`.
 */
export const STEP_FAILING = 'StepFailing';

/**
 * Search attribute of an order's workflow that has ended, unless the order was FILLED, as most are:
 * its status, or why it never was an order.
 */
export const ORDER_STATUS = 'OrderStatus';

/** What {@link ORDER_STATUS} says of a request that is no order. */
export type NoOrder = 'NOT_DECIDED' | 'DECLINED';

/** Who interferes, and why; both are kept in the audit trail. */
export interface OperatorRequest {
  /** `user/<id>` */
  operator: string;
  reason: string;
  /** The bulk operation that asks in the operator's name. */
  bulkId?: string;
}

/** A replacement as the original's workflow gets it. */
export interface Replacement {
  /** Id of the order that is to take the original's place. */
  orderId: string;
  terms: ReplaceTerms;
  idempotency: { key: string; fingerprint: string } | null;
  /** Of the request that it came with (`X-Request-Id`). */
  requestId?: string | undefined;
  requestedAt: Timestamp;
}

/** What comes before the next attempt at something that failed. */
export interface RetryWait<Step extends string = string> {
  /** RETRY: a time. OPERATOR: a person; then `until` is null. */
  for: 'RETRY' | 'OPERATOR';
  /** What failed. */
  step: Step;
  until: Timestamp | null;
  /** Attempts that failed. */
  failures: number;
  /** Stable code of the last failure. */
  lastFailure: string;
}

/** What an open order waits for besides the broker's fills. OPEN: its time to go to the broker. */
export type Waiting =
  | RetryWait<OrderStep>
  | { for: 'OPEN'; step: null; until: Timestamp | null; failures: 0; lastFailure: null };

/** Where an order stands, as its workflow knows it; also what the workflow returns. */
export interface OrderProgress
  extends Pick<
    Order,
    | 'status'
    | 'filledQuantity'
    | 'leavesQuantity'
    | 'averageFillPrice'
    | 'rejectCode'
    | 'releaseAt'
    | 'expiresAt'
  > {
  orderId: string;
  /** The broker has confirmed it (FIX ExecType NEW), or filled it. */
  isAcknowledged: boolean;
  /** Of an open order that is to be canceled: who asked for it. */
  cancelRequestedBy?: string;
}

/** What the query answers: where the order stands and what it waits for. */
export type OrderStanding = OrderProgress & { waiting: Waiting | null };

export const ORDER_STEPS = ['ACCEPT', 'PLACE', 'BOOK', 'CANCEL', 'REPLACE', 'EXPIRE'] as const;
/** A step of an order's life that can fail and be tried again. */
export type OrderStep = (typeof ORDER_STEPS)[number];

/**
 * What a step's failure carries in its details: at which step of the stretch it failed, and where
 * the order stood, once decided on.
 */
export interface StepFailureFacts {
  step: OrderStep;
  progress: OrderProgress | null;
}

/** An attempt of a step that failed, as the order's audit trail keeps it. */
export interface FailedAttempt {
  step: OrderStep;
  /** Stable code of the failure. */
  code: string;
  at: Timestamp;
  /** Which one it was, from 1 since the step last succeeded or an operator let it begin anew. */
  attempt: number;
  /** When it is tried again; null: an operator decides. */
  nextAttemptAt: Timestamp | null;
  /** The operator who asked for it, `user/<id>`; null: the schedule. */
  askedBy: string | null;
}

/** What has used up its quick retries and not succeeded since. */
export type Trouble = Pick<FailedAttempt, 'step' | 'code' | 'attempt' | 'nextAttemptAt'>;

/** What the books are told of attempts: those that failed, and what does not get on now, if any. */
export interface AttemptRecord {
  attempts: readonly FailedAttempt[];
  trouble: Trouble | null;
}

/** Why an order waits for an operator. */
export interface Suspension {
  step: OrderStep;
  /** Stable code of the last failure. */
  code: string;
  failures: number;
}

/** What each step of the uninterrupted stretch came to; in the history it stands for the steps. */
export interface ExecutedSteps {
  /**
   * LAPSED: nobody decided in time. DECLINED: the key or the client order id is another order's.
   * Nothing was written then.
   */
  accept: 'ACCEPTED' | 'REJECTED' | 'LAPSED' | 'DECLINED';
  /** Why it was DECLINED. */
  declinedFor?: Decline;
  /**
   * How the broker answered; null when it was not asked: rejected before, or its time to go there
   * has not come.
   */
  place: 'ACKNOWLEDGED' | 'REJECTED' | null;
  /** Broker execution ids that were booked. */
  booked: string[];
  /** Null when LAPSED or DECLINED. */
  progress: OrderProgress | null;
}
