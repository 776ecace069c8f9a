import type { SealedReport } from '../../contracts/broker-session/report-seals.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type {
  AttemptRecord,
  ExecutedSteps,
  OperatorRequest,
  OrderProgress,
  Suspension,
} from '../../contracts/orders/workflow-messages.ts';
import type { StepObserver } from '../../contracts/step-observer.ts';
import type { CancelOptions, FailOptions } from '../../use-cases/orders/end-order.ts';
import type { ExecuteOptions } from '../../use-cases/orders/execute-order.ts';
import type { OrderSteps } from '../../use-cases/orders/order-steps.ts';
import type { ReplaceOptions } from '../../use-cases/orders/replace-at-broker.ts';
import { createActivityRunner } from '../failures.ts';

export interface OfOrder {
  orderId: string;
  /** Of the request that it came with; for the log alone. */
  requestId?: string | undefined;
}

/**
 * The steps of an order's life as Temporal activities. Each is idempotent by order id and broker
 * execution id; failures leave as ApplicationFailure with the stable code as their type.
 */
export function createOrderActivities(steps: OrderSteps, observer: StepObserver) {
  const run = createActivityRunner(observer);
  return {
    /** Accept, place and book what the answer brought. */
    async executeOrder({
      submission,
      ...options
    }: ExecuteOptions & { submission: OrderSubmission }): Promise<ExecutedSteps> {
      const executed = await run('executeOrder', () => steps.executeOrder(submission, options));
      if (executed.declinedFor) observer.declined('executeOrder', executed.declinedFor);
      return executed;
    },

    /**
     * Books reports that came by signal, as far as our session has sealed them or the broker
     * confirms them; those booked before change nothing.
     */
    bookReports: ({
      orderId,
      reports,
    }: OfOrder & { reports: SealedReport[] }): Promise<OrderProgress> =>
      run('bookReports', () => steps.bookSignaledReports(orderId, reports)),

    cancelOrder: ({ orderId, ...options }: OfOrder & CancelOptions): Promise<OrderProgress> =>
      run('cancelOrder', () => steps.cancelAtBroker(orderId, options)),

    replaceOrder: ({ orderId, ...options }: OfOrder & ReplaceOptions): Promise<OrderProgress> =>
      run('replaceOrder', () => steps.replaceAtBroker(orderId, options)),

    /** Ends an order whose time is over, as the broker says. */
    expireOrder: ({
      orderId,
      ...options
    }: OfOrder & Pick<CancelOptions, 'mayBeAtBroker'>): Promise<OrderProgress> =>
      run('expireOrder', () => steps.expireOrder(orderId, options)),

    /** Ends an order by an operator's word. */
    failOrder: ({ orderId, ...options }: OfOrder & FailOptions): Promise<OrderProgress> =>
      run('failOrder', () => steps.failOrder(orderId, options)),

    suspendOrder: ({
      orderId,
      suspension,
    }: OfOrder & { suspension: Suspension }): Promise<OrderProgress> =>
      run('suspendOrder', () => steps.suspendOrder(orderId, suspension)),

    resumeOrder: ({
      orderId,
      request,
    }: OfOrder & { request: OperatorRequest | null }): Promise<OrderProgress> =>
      run('resumeOrder', () => steps.resumeOrder(orderId, request)),

    /** Writes attempts that failed into the order's audit trail, and what does not get on now. */
    recordAttempts: ({ orderId, record }: OfOrder & { record: AttemptRecord }): Promise<void> =>
      run('recordAttempts', () => steps.recordAttempts(orderId, record)),

    /** Where the order stands; `null` when nobody has decided on it. */
    findDecision: ({ orderId }: OfOrder): Promise<OrderProgress | null> =>
      run('findDecision', () => steps.findDecision(orderId)),

    /** Asks the broker how the order stands and books what was missed. */
    refreshOrder: ({ orderId }: OfOrder): Promise<OrderProgress> =>
      run('refreshOrder', () => steps.refreshOrder(orderId)),
  };
}

export type OrderActivities = ReturnType<typeof createOrderActivities>;
