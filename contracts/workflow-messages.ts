import type { OrderStatus } from '../domain/order/order.ts';
import type { DecimalString, Timestamp } from './decimal-string.ts';
import type { RejectCode } from './errors.ts';

/** Workflow type of an order's life; the id is `order/<orderId>`. */
export const ORDER_WORKFLOW = 'order';

/** Workflow type of the session that reads a broker's execution reports. */
export const BROKER_SESSION_WORKFLOW = 'brokerSession';

/** Signal with `ExecutionReport[]`: what the venue says happened to the order. */
export const EXECUTION_REPORTS_SIGNAL = 'executionReports';

/** Signal: the API could not decide on the order and told its client so. */
export const ABANDON_SIGNAL = 'abandon';

/** Update: cancel the order. Answers with {@link OrderProgress}; rejected when the order is closed. */
export const CANCEL_UPDATE = 'cancel';

/** Query: {@link OrderProgress} of the order now. */
export const PROGRESS_QUERY = 'progress';

/** Where an order stands, as its workflow knows it; also what the workflow returns. */
export interface OrderProgress {
  orderId: string;
  status: OrderStatus;
  filledQuantity: DecimalString;
  leavesQuantity: DecimalString;
  averageFillPrice: DecimalString | null;
  rejectCode: RejectCode | null;
  expiresAt: Timestamp | null;
}

/** What each step of the uninterrupted stretch came to; in the history it stands for the steps. */
export interface ExecutedSteps {
  /** LAPSED: nobody decided in time, nothing was written. */
  accept: 'ACCEPTED' | 'REJECTED' | 'LAPSED';
  /** How the venue answered; null when it was not asked. */
  place: 'ACKNOWLEDGED' | 'REFUSED' | null;
  /** Broker execution ids that were booked. */
  booked: string[];
  /** Null when LAPSED. */
  progress: OrderProgress | null;
}
