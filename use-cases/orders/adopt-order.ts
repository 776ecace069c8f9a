import { HubError } from '../../contracts/errors.ts';
import { type Order, resubmissionOf } from '../../contracts/orders/order.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';

/**
 * An open order whose workflow does not run (it gave up in the moment in which somebody decided, or
 * was terminated) gets a new run, which asks the broker how it stands. Always throws:
 * `TEMPORAL_UNAVAILABLE`, to be tried again shortly. A replacement that waits for its place has no
 * workflow yet.
 */
export async function adoptOrder(
  { workflows }: { workflows: Pick<OrderWorkflows, 'startOrder'> },
  order: Order,
): Promise<never> {
  if (order.replaces === null || order.status !== 'PENDING_NEW')
    await workflows.startOrder(resubmissionOf(order));
  throw new HubError(
    'TEMPORAL_UNAVAILABLE',
    {},
    { detail: 'The workflow of the order is being started again; try once more shortly' },
  );
}
