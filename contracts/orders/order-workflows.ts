import type { ExecutionReport } from '../broker-session/broker.ts';
import type { OrderSubmission } from './order.ts';
import type { OperatorRequest, Replacement } from './workflow-messages.ts';

/** `NOT_RUNNING`: the workflow has ended, or never was. */
export type Delivery = 'DELIVERED' | 'NOT_RUNNING';

/**
 * The order workflows, as the rest of the system reaches them. Throws
 * `HubError('TEMPORAL_UNAVAILABLE')` when the server cannot be reached.
 */
export interface OrderWorkflows {
  /** Starting one that runs or has completed is no error. */
  startOrder(submission: OrderSubmission): Promise<void>;
  /** As {@link startOrder}, but one that has completed is followed by a new one. */
  restartOrder(submission: OrderSubmission): Promise<void>;
  /**
   * Tells the workflow that the order could not be decided on here: it gives up, unless somebody
   * has decided. Does not wait for it.
   */
  abandonOrder(orderId: string): Promise<void>;
  /**
   * Waits until the cancel has been carried out or rejected, but not longer than the bound;
   * `PENDING` then. Asking again under the same `requestId` asks once. `operator`: who asks in the
   * place of the client, kept in the audit trail.
   */
  cancelOrder(
    orderId: string,
    requestId: string,
    operator?: OperatorRequest,
  ): Promise<'DONE' | 'PENDING' | 'NOT_RUNNING'>;
  /** Whether the order's workflow runs; `null`: there is none, or it is no longer kept. */
  findWorkflow(orderId: string): Promise<'RUNNING' | 'ENDED' | null>;
  /** Tells the workflow that the order is to be canceled; telling it twice is telling it once. */
  requestCancel(orderId: string, actor: string): Promise<Delivery>;
  /** As {@link cancelOrder}. `REJECTED`: the original is not replaceable now. */
  replaceOrder(
    orderId: string,
    requestId: string,
    replacement: Replacement,
  ): Promise<'DONE' | 'PENDING' | 'NOT_RUNNING' | 'REJECTED'>;
  /**
   * Ends the wait before the next attempt; `requestId` as of {@link cancelOrder}. `REJECTED`: the
   * order waits for nothing.
   */
  retryOrder(
    orderId: string,
    requestId: string,
    request: OperatorRequest,
  ): Promise<'DONE' | 'PENDING' | 'NOT_RUNNING' | 'REJECTED'>;
  /**
   * Ends an order that waits for a retry or an operator; `requestId` as of {@link cancelOrder}.
   * `REJECTED`: it waits for nothing.
   */
  failOrder(
    orderId: string,
    requestId: string,
    request: OperatorRequest,
  ): Promise<'DONE' | 'PENDING' | 'NOT_RUNNING' | 'REJECTED'>;
  reportExecutions(orderId: string, reports: readonly ExecutionReport[]): Promise<Delivery>;
  /**
   * The orders whose workflow runs, by id; those that were started in the last seconds may be
   * missing.
   */
  listRunning(): AsyncIterable<string>;
}
