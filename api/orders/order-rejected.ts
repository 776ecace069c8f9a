import { HubError } from '../../contracts/errors.ts';
import type { Order } from '../../contracts/orders/order.ts';

/** A rejected order on its way to the client: an outcome of ours, an error of the wire. */
export class OrderRejected extends HubError {
  readonly orderId: string;

  constructor(orderId: string, ...reason: ConstructorParameters<typeof HubError>) {
    super(...reason);
    this.orderId = orderId;
  }
}

/** Lets an accepted order pass and throws {@link OrderRejected} for one that was rejected. */
export function orThrowRejection(order: Order): Order {
  if (order.status !== 'REJECTED' || order.rejectCode === null) return order;
  throw new OrderRejected(order.id, order.rejectCode, order.rejectFacts ?? {});
}
