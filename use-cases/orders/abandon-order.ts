import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import type { CancelAtBroker } from './cancel-at-broker.ts';

/** Gives up an order whose first stretch was interrupted: one that nobody decided on leaves nothing behind (`null`), a decided one is canceled. */
export function createAbandonOrder({ orders, cancelAtBroker }: { orders: OrderStore; cancelAtBroker: CancelAtBroker }) {
  return async function abandonOrder(orderId: string, actor: string): Promise<OrderProgress | null> {
    const working = await orders.readWorkingOrder(orderId);
    return working ? cancelAtBroker(orderId, actor) : null;
  };
}

export type AbandonOrder = ReturnType<typeof createAbandonOrder>;
