import type { OrderSubmission } from '../contracts/orders.ts';
import type { ExecutionReport } from '../contracts/ports/broker.ts';
import type { StepObserver } from '../contracts/ports/step-observer.ts';
import type { ExecutedSteps, OperatorRequest, OrderProgress, Replacement, Suspension } from '../contracts/workflow-messages.ts';
import type { ExecuteOptions } from '../use-cases/orders/execute-order.ts';
import type { OrderSteps } from '../use-cases/orders/order-steps.ts';
import { createActivityRunner } from './failures.ts';

/**
 * The steps of an order's life as Temporal activities. Each is idempotent by order id and broker execution id; failures leave as
 * ApplicationFailure with the stable code as their type. `mayBeAtBroker` is false only when the order certainly never reached the venue.
 */
export function createOrderActivities(steps: OrderSteps, observer: StepObserver) {
  const run = createActivityRunner(observer);
  return {
    /** Accept, place and book what the answer brought. */
    executeOrder: (submission: OrderSubmission, options: ExecuteOptions): Promise<ExecutedSteps> =>
      run('executeOrder', () => steps.executeOrder(submission, options)),

    /** Books reports of the venue; those booked before change nothing. */
    bookReports: (orderId: string, reports: ExecutionReport[]): Promise<OrderProgress> =>
      run('bookReports', () => steps.bookReports(orderId, reports)),

    /** `mayBeOnItsWay`: a request that was given up may still arrive at the venue. */
    cancelOrder: (orderId: string, actor: string, mayBeAtBroker: boolean, mayBeOnItsWay?: boolean): Promise<OrderProgress> =>
      run('cancelOrder', () => steps.cancelAtBroker(orderId, actor, mayBeAtBroker, mayBeOnItsWay)),

    replaceOrder: (orderId: string, replacement: Replacement, mayBeAtBroker: boolean): Promise<OrderProgress> =>
      run('replaceOrder', () => steps.replaceAtBroker(orderId, replacement, mayBeAtBroker)),

    /** Ends an order whose time is over, as the venue says. */
    expireOrder: (orderId: string, mayBeAtBroker: boolean): Promise<OrderProgress> =>
      run('expireOrder', () => steps.expireOrder(orderId, mayBeAtBroker)),

    /** Ends an order by an operator's word. */
    failOrder: (orderId: string, request: OperatorRequest, mayBeAtBroker: boolean): Promise<OrderProgress> =>
      run('failOrder', () => steps.failOrder(orderId, request, mayBeAtBroker)),

    suspendOrder: (orderId: string, suspension: Suspension): Promise<OrderProgress> =>
      run('suspendOrder', () => steps.suspendOrder(orderId, suspension)),

    resumeOrder: (orderId: string, request: OperatorRequest | null): Promise<OrderProgress> =>
      run('resumeOrder', () => steps.resumeOrder(orderId, request)),

    /** Where the order stands; `null` when nobody has decided on it. */
    findDecision: (orderId: string): Promise<OrderProgress | null> => run('findDecision', () => steps.findDecision(orderId)),

    /** Asks the venue how the order stands and books what was missed. */
    refreshOrder: (orderId: string): Promise<OrderProgress> => run('refreshOrder', () => steps.refreshOrder(orderId)),
  };
}

export type OrderActivities = ReturnType<typeof createOrderActivities>;
