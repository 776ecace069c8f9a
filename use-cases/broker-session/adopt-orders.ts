import type { Clock } from '../../contracts/clock.ts';
import { resubmissionOf } from '../../contracts/orders/order.ts';
import type { OrderStore } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { isOpen } from '../../domain/orders/order.ts';

export interface AdoptOrdersDeps {
  orders: Pick<OrderStore, 'findUnacknowledged' | 'findOpen' | 'readWorkingOrder'>;
  workflows: Pick<OrderWorkflows, 'listRunning' | 'startOrder'>;
  clock: Clock;
}

/** Older than any decision and first execution takes; younger ones are on their way. */
const STRAY_AFTER_MS = 30_000;
const STRAYS_MAX = 500;
/** Younger ones may not be listed yet, or are taken care of as strays. */
const ORPHAN_AFTER_MS = 300_000;

/**
 * Makes sure that every accepted order of a broker has a workflow: a submission can meet the
 * workflow of its key just as that gives up. Starting the workflow of an order that has one changes
 * nothing. Returns how many were looked at.
 */
export async function adoptStrayOrders(
  { orders, workflows, clock }: AdoptOrdersDeps,
  broker: string,
): Promise<number> {
  const before = new Date(clock() - STRAY_AFTER_MS).toISOString();
  const strays = await orders.findUnacknowledged(broker, before, STRAYS_MAX);
  for (const submission of strays) await workflows.startOrder(submission);
  return strays.length;
}

/**
 * Compares the open orders of a broker with the workflows that run, and gives a new one to each
 * order that has none: a workflow can be terminated, or give up in the moment in which a late
 * attempt of its own still succeeds. Returns how many were found. Costs one query and one list.
 */
export async function adoptOrphanedOrders(
  { orders, workflows, clock }: AdoptOrdersDeps,
  broker: string,
): Promise<number> {
  const before = new Date(clock() - ORPHAN_AFTER_MS).toISOString();
  const orphaned = new Set(await orders.findOpen(broker, before));
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
}
