import { activityInfo } from '@temporalio/activity';
import type { OrderSubmission } from '../contracts/orders.ts';
import type { ExecutionReport } from '../contracts/ports/broker.ts';
import type { ExecutedSteps, OrderProgress } from '../contracts/workflow-messages.ts';
import type { BookReports } from '../use-cases/orders/book-reports.ts';
import type { CancelAtBroker } from '../use-cases/orders/cancel-at-broker.ts';
import type { ExecuteOrder } from '../use-cases/orders/execute-order.ts';
import type { FindDecision } from '../use-cases/orders/find-decision.ts';
import type { RefreshOrder } from '../use-cases/orders/refresh-order.ts';
import { asApplicationFailure } from './failures.ts';

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
export function createOrderActivities(deps: OrderActivitiesDeps) {
  return {
    /** Accept, place and book what the answer brought. A repeated attempt asks the broker before it sends. */
    executeOrder: (submission: OrderSubmission, askFirst: boolean): Promise<ExecutedSteps> =>
      asApplicationFailure(() => deps.executeOrder(submission, { askFirst: askFirst || activityInfo().attempt > 1 })),

    /** Books reports of the venue; those booked before change nothing. */
    bookReports: (orderId: string, reports: ExecutionReport[]): Promise<OrderProgress> =>
      asApplicationFailure(() => deps.bookReports(orderId, reports)),

    cancelOrder: (orderId: string, actor: string): Promise<OrderProgress> =>
      asApplicationFailure(() => deps.cancelAtBroker(orderId, actor)),

    /** Where the order stands; `null` when nobody has decided on it. */
    findDecision: (orderId: string): Promise<OrderProgress | null> => asApplicationFailure(() => deps.findDecision(orderId)),

    /** Asks the venue how the order stands and books what was missed. */
    refreshOrder: (orderId: string): Promise<OrderProgress> => asApplicationFailure(() => deps.refreshOrder(orderId)),
  };
}

export type OrderActivities = ReturnType<typeof createOrderActivities>;
