import type { Caller } from '../../contracts/caller.ts';
import { HubError } from '../../contracts/errors.ts';
import type { Order } from '../../contracts/orders.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import { isOpen } from '../../domain/order/order.ts';
import { takeUpAgain } from './take-up-again.ts';

/** Asks the order's workflow to cancel it and answers with the order as it then stands. A closed order is `ORDER_NOT_CANCELABLE`. */
export function createCancelOrder(deps: { workflows: OrderWorkflows; getOrder: (caller: Caller, orderId: string) => Promise<Order> }) {
  return async function cancelOrder(caller: Caller, orderId: string): Promise<Order> {
    const before = await deps.getOrder(caller, orderId);
    if (!isOpen(before.status)) throw notCancelable(before);
    const outcome = await deps.workflows.cancelOrder(before.id, `${before.id}/${before.updatedAt}`);
    const after = await deps.getOrder(caller, orderId);
    if (!isOpen(after.status) && after.status !== 'CANCELED') throw notCancelable(after);
    if (outcome === 'NOT_RUNNING' && isOpen(after.status)) return takeUpAgain(deps.workflows, after);
    return after;
  };
}

const notCancelable = ({ status, filledQuantity }: Order): HubError => new HubError('ORDER_NOT_CANCELABLE', { status, filledQuantity });
