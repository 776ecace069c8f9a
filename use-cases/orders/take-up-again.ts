import { HubError } from '../../contracts/errors.ts';
import { type Order, resubmissionOf } from '../../contracts/orders.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';

/**
 * An open order whose workflow does not run (it gave up in the moment in which somebody decided, or was terminated) gets a new run, which asks the
 * venue how it stands. Always throws: `TEMPORAL_UNAVAILABLE`, to be tried again shortly. A replacement that waits for its place has no workflow yet.
 */
export async function takeUpAgain(workflows: Pick<OrderWorkflows, 'startOrder'>, order: Order): Promise<never> {
  if (order.replaces === null || order.status !== 'PENDING_NEW') await workflows.startOrder(resubmissionOf(order));
  throw new HubError('TEMPORAL_UNAVAILABLE', {}, { detail: 'The workflow of the order is being taken up again; try once more shortly' });
}
