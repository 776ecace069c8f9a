import type { OperatorAction, OperatorLog } from '../../contracts/operators/operator-log.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';

export interface AskOrderDeps {
  workflows: Pick<OrderWorkflows, 'retryOrder' | 'failOrder' | 'cancelOrder'>;
  log: Pick<OperatorLog, 'recordRequest'>;
}

export interface OrderQuestion {
  orderId: string;
  action: OperatorAction;
  request: OperatorRequest;
  /** Asking again under the same id asks once. */
  requestId: string;
}

export type AskOutcome = 'DONE' | 'PENDING' | 'NOT_RUNNING' | 'REJECTED';

/**
 * Records what an operator asks of an order, then asks the order's workflow. Throws
 * `DATABASE_UNAVAILABLE` and `TEMPORAL_UNAVAILABLE`.
 */
export async function askOrder(
  { workflows, log }: AskOrderDeps,
  { orderId, action, request, requestId }: OrderQuestion,
): Promise<AskOutcome> {
  await log.recordRequest(orderId, action, request);
  switch (action) {
    case 'RETRY_REQUESTED':
      return workflows.retryOrder(orderId, requestId, request);
    case 'FAIL_REQUESTED':
      return workflows.failOrder(orderId, requestId, request);
    case 'CANCEL_REQUESTED':
      return workflows.cancelOrder(orderId, requestId, request);
    default:
      return assertNever(action);
  }
}
