import { activityInfo } from '@temporalio/activity';
import type { OrderSubmission } from '../contracts/orders.ts';
import type { ExecutionReport } from '../contracts/ports/broker.ts';
import type { StepObserver } from '../contracts/ports/step-observer.ts';
import type { ExecutedSteps, OrderProgress } from '../contracts/workflow-messages.ts';
import type { BookReports } from '../use-cases/orders/book-reports.ts';
import type { CancelAtBroker } from '../use-cases/orders/cancel-at-broker.ts';
import type { ExecuteOrder } from '../use-cases/orders/execute-order.ts';
import type { FindDecision } from '../use-cases/orders/find-decision.ts';
import type { RefreshOrder } from '../use-cases/orders/refresh-order.ts';
import { createActivityRunner } from './failures.ts';

export interface OrderActivitiesDeps {
  executeOrder: ExecuteOrder;
  bookReports: BookReports;
  cancelAtBroker: CancelAtBroker;
  findDecision: FindDecision;
  refreshOrder: RefreshOrder;
}

/**
 * The steps of an order's life as Temporal activities. Each is idempotent by order id and broker execution id; failures leave as
 * ApplicationFailure with the stable code as their type.
 */
export function createOrderActivities(steps: OrderActivitiesDeps, observer: StepObserver) {
  const run = createActivityRunner(observer);
  return {
    /** Accept, place and book what the answer brought. A repeated attempt asks the broker before it sends. */
    executeOrder: (submission: OrderSubmission, askFirst: boolean): Promise<ExecutedSteps> =>
      run('executeOrder', () => steps.executeOrder(submission, { askFirst: askFirst || activityInfo().attempt > 1 })),

    /** Books reports of the venue; those booked before change nothing. */
    bookReports: (orderId: string, reports: ExecutionReport[]): Promise<OrderProgress> =>
      run('bookReports', () => steps.bookReports(orderId, reports)),

    cancelOrder: (orderId: string, actor: string): Promise<OrderProgress> => run('cancelOrder', () => steps.cancelAtBroker(orderId, actor)),

    /** Where the order stands; `null` when nobody has decided on it. */
    findDecision: (orderId: string): Promise<OrderProgress | null> => run('findDecision', () => steps.findDecision(orderId)),

    /** Asks the venue how the order stands and books what was missed. */
    refreshOrder: (orderId: string): Promise<OrderProgress> => run('refreshOrder', () => steps.refreshOrder(orderId)),
  };
}

export type OrderActivities = ReturnType<typeof createOrderActivities>;
