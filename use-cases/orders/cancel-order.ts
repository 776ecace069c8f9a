import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { Order } from '../../contracts/orders/order.ts';
import type { OrderReader } from '../../contracts/orders/order-reader.ts';
import type { OrderStore } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import type { WorkContext } from '../../contracts/work-context.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { takeOrThrow } from '../take-or-throw.ts';
import { adoptOrder } from './adopt-order.ts';
import { findOrder } from './read-orders.ts';

export interface CancelOrderDeps {
  reader: Pick<OrderReader, 'findOrder'>;
  orders: Pick<OrderStore, 'recordCancelRequest'>;
  workflows: Pick<OrderWorkflows, 'cancelOrder' | 'startOrder'>;
  rateLimits: Pick<RateLimits, 'take'>;
  work: Pick<WorkContext, 'note' | 'facts'>;
}

/**
 * Records that the order is to be canceled, asks its workflow to and answers with the order as it
 * then stands. What is recorded is carried out, whatever becomes of the message. A closed order is
 * `ORDER_NOT_CANCELABLE`; `ORDER_RATE`: nothing was asked for.
 */
export async function cancelOrder(
  deps: CancelOrderDeps,
  caller: Caller,
  orderId: string,
): Promise<Order> {
  const before = await findOrder(deps, caller, orderId);
  deps.work.note({ orderId: before.id });
  if (!isOpen(before.status)) throw notCancelable(before);
  await takeOrThrow(deps.rateLimits, 'orders_per_account', caller.accountId, 'ORDER_RATE');
  await deps.orders.recordCancelRequest(before.id, {
    actor: CLIENT,
    facts: { requestId: deps.work.facts().requestId },
  });
  const outcome = await deps.workflows.cancelOrder(before.id, `${before.id}/${before.updatedAt}`);
  const after = await findOrder(deps, caller, orderId);
  if (!isOpen(after.status) && after.status !== 'CANCELED') throw notCancelable(after);
  if (outcome === 'NOT_RUNNING' && isOpen(after.status)) return adoptOrder(deps, after);
  return after;
}

/** Of the account that the order is of. */
const CLIENT = 'client';

const notCancelable = ({ status, filledQuantity }: Order): HubError =>
  new HubError('ORDER_NOT_CANCELABLE', { status, filledQuantity });
