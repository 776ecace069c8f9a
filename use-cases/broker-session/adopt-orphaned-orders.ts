import type { Clock } from '../../contracts/clock.ts';
import { resubmissionOf } from '../../contracts/orders.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import { isOpen } from '../../domain/order/order.ts';

/** Younger ones may not be listed yet, or are taken care of as strays. */
const ORPHAN_AFTER_MS = 300_000;

export interface AdoptOrphanedOrdersDeps {
  orders: Pick<OrderStore, 'findOpen' | 'readWorkingOrder'>;
  workflows: Pick<OrderWorkflows, 'listRunning' | 'startOrder'>;
  clock: Clock;
}

/**
 * Compares the open orders with the workflows that run, and gives a new one to each order that has none: a workflow can be terminated, or
 * give up in the moment in which a late attempt of its own still succeeds. Returns how many were found. Costs one query and one list.
 */
export function createAdoptOrphanedOrders({ orders, workflows, clock }: AdoptOrphanedOrdersDeps) {
  return async function adoptOrphanedOrders(): Promise<number> {
    const orphaned = new Set(await orders.findOpen(new Date(clock() - ORPHAN_AFTER_MS).toISOString()));
    if (orphaned.size === 0) return 0;
    for await (const orderId of workflows.listRunning()) orphaned.delete(orderId);
    let adopted = 0;
    for (const orderId of orphaned) {
      const working = await orders.readWorkingOrder(orderId);
      // It may have closed since.
      if (!working || !isOpen(working.order.status)) continue;
      await workflows.startOrder(resubmissionOf(working.order));
      adopted += 1;
    }
    return adopted;
  };
}

export type AdoptOrphanedOrders = ReturnType<typeof createAdoptOrphanedOrders>;
