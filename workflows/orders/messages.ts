import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import {
  ABANDON_SIGNAL,
  CANCEL_UPDATE,
  EXECUTION_REPORTS_SIGNAL,
  FAIL_UPDATE,
  type OperatorRequest,
  type OrderProgress,
  type OrderStanding,
  PROGRESS_QUERY,
  REPLACE_UPDATE,
  REQUEST_CANCEL_SIGNAL,
  RETRY_NOW_UPDATE,
  type Replacement,
} from '../../contracts/orders/workflow-messages.ts';

/** What the broker says happened to the order; repeated reports are welcome. */
export const executionReports = defineSignal<[ExecutionReport[]]>(EXECUTION_REPORTS_SIGNAL);

/** The API could not decide on the order: give it up unless somebody has. */
export const abandon = defineSignal(ABANDON_SIGNAL);

/** Cancels the order; nobody waits for the answer. */
export const requestCancel = defineSignal<[actor: string]>(REQUEST_CANCEL_SIGNAL);

/**
 * Cancels the order; answers when the broker has spoken. Rejected with `ORDER_NOT_CANCELABLE` when
 * the order is closed.
 */
export const cancel = defineUpdate<OrderProgress, [actor: string]>(CANCEL_UPDATE);

/**
 * Replaces the order by a new one; answers when the broker has spoken. Rejected with
 * `ORDER_NOT_REPLACEABLE`.
 */
export const replace = defineUpdate<OrderProgress, [Replacement]>(REPLACE_UPDATE);

/**
 * Ends the wait before the next attempt, or an operator's; answers after that attempt. Rejected
 * with `ORDER_NOT_WAITING`.
 */
export const retryNow = defineUpdate<OrderStanding | null, [OperatorRequest]>(RETRY_NOW_UPDATE);

/**
 * Ends an order that waits for a retry or an operator, and gives its hold back. Rejected with
 * `ORDER_NOT_WAITING`.
 */
export const fail = defineUpdate<OrderProgress, [OperatorRequest]>(FAIL_UPDATE);

export const progress = defineQuery<OrderStanding | null>(PROGRESS_QUERY);
