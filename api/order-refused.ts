import { HubError } from '../contracts/errors.ts';
import type { Order } from '../contracts/orders.ts';

/** A refused order on its way to the client: an outcome of ours, an error of the wire. */
export class OrderRefused extends HubError {
  readonly orderId: string;

  constructor(orderId: string, ...reason: ConstructorParameters<typeof HubError>) {
    super(...reason);
    this.orderId = orderId;
  }
}

/** Lets an accepted order pass and throws {@link OrderRefused} for one that was refused. */
export function orThrowRefusal(order: Order): Order {
  if (order.status !== 'REJECTED' || order.rejectCode === null) return order;
  throw new OrderRefused(order.id, order.rejectCode, order.rejectFacts ?? {});
}
