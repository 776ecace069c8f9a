import type { Caller } from '../../contracts/caller.ts';
import { HubError } from '../../contracts/errors.ts';
import type { AttentionReader, OperatorOrder } from '../../contracts/ports/attention-reader.ts';
import type { OperatorAction } from '../../contracts/ports/operator-log.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { isOpen } from '../../domain/order/order.ts';
import { readOrThrow } from '../orders/read-orders.ts';
import { takeUpAgain } from '../orders/take-up-again.ts';
import { type AskOrderDeps, createAskOrder } from './ask-order.ts';
import { operatorName } from './operator-name.ts';

export interface InterfereDeps extends AskOrderDeps {
  orders: Pick<AttentionReader, 'findOrder'>;
  workflows: AskOrderDeps['workflows'] & Pick<OrderWorkflows, 'startOrder'>;
}

/** What an operator asks of an order's workflow. */
export interface Interference {
  action: OperatorAction;
  requestIdFor(order: OperatorOrder): string;
  /** The error when the order is closed already, or the workflow refuses. */
  refusal(order: OperatorOrder): HubError;
}

/**
 * Records the request, asks the workflow of an open order in the operator's name and answers with the order as it then stands, done or still pending.
 * Throws `ORDER_NOT_FOUND`, the refusal, `DATABASE_UNAVAILABLE`, and `TEMPORAL_UNAVAILABLE` also while the order's workflow is being taken up again.
 */
export function createInterfere({ orders, ...deps }: InterfereDeps, { action, requestIdFor, refusal }: Interference) {
  const askOrder = createAskOrder(deps);
  return async (operator: Caller, orderId: string, reason: string): Promise<OperatorOrder> => {
    const before = await find(orderId);
    if (!isOpen(before.status)) throw refusal(before);
    const request = { operator: operatorName(operator), reason };
    const outcome = await askOrder({ orderId: before.id, action, request, requestId: requestIdFor(before) });
    const after = await find(orderId);
    switch (outcome) {
      case 'DONE':
      case 'PENDING':
        return after;
      case 'REFUSED':
        throw refusal(after);
      case 'NOT_RUNNING':
        if (!isOpen(after.status)) throw refusal(after);
        return takeUpAgain(deps.workflows, after);
      default:
        return assertNever(outcome);
    }
  };

  function find(orderId: string): Promise<OperatorOrder> {
    return readOrThrow(orderId, (id) => orders.findOrder(id));
  }
}

/** An order that waits for nothing an operator could end. */
export const notWaiting = ({ status, filledQuantity }: OperatorOrder): HubError =>
  new HubError('ORDER_NOT_WAITING', { status, filledQuantity });
