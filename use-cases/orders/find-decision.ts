import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { progressOf } from './order-progress.ts';

/** Where an order stands; `null` when nobody has decided on it. */
export function createFindDecision({ orders }: { orders: OrderStore }) {
  return async function findDecision(orderId: string): Promise<OrderProgress | null> {
    const working = await orders.readWorkingOrder(orderId);
    return working && progressOf(working);
  };
}
