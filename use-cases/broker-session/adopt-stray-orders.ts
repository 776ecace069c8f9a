import type { Clock } from '../../contracts/clock.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';

/** Older than any decision and first execution takes; younger ones are on their way. */
const STRAY_AFTER_MS = 30_000;
const ADOPTED_MAX = 500;

/**
 * Makes sure that every accepted order has a workflow: a submission can meet the workflow of its key just as that gives up. Starting the
 * workflow of an order that has one changes nothing. Returns how many were looked at.
 */
export function createAdoptStrayOrders({ orders, workflows, clock }: { orders: OrderStore; workflows: OrderWorkflows; clock: Clock }) {
  return async function adoptStrayOrders(): Promise<number> {
    const strays = await orders.findUnacknowledged(new Date(clock() - STRAY_AFTER_MS).toISOString(), ADOPTED_MAX);
    for (const submission of strays) await workflows.startOrder(submission);
    return strays.length;
  };
}

export type AdoptStrayOrders = ReturnType<typeof createAdoptStrayOrders>;
