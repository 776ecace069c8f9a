import type { Clock } from '../../contracts/clock.ts';
import type { OrderStore } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';

export interface RepeatCancelsDeps {
  orders: Pick<OrderStore, 'findForgottenCancels'>;
  workflows: Pick<OrderWorkflows, 'requestCancel'>;
  clock: Clock;
}

/** Its workflow has seen to a younger request, or is about to. */
const FORGOTTEN_AFTER_MS = 30_000;

/**
 * Tells the workflows of a broker's orders once more to cancel them where that was asked for and
 * nobody sees to it: a reset that leaves signals out loses the message. A workflow that does not
 * run is started by those who look for orphaned orders. Returns how many were told.
 */
export async function repeatForgottenCancels(
  { orders, workflows, clock }: RepeatCancelsDeps,
  broker: string,
): Promise<number> {
  const before = new Date(clock() - FORGOTTEN_AFTER_MS).toISOString();
  const forgotten = await orders.findForgottenCancels(broker, before);
  for (const { orderId, actor } of forgotten) await workflows.requestCancel(orderId, actor);
  return forgotten.length;
}
