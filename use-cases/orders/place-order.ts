import { brokerOrderId } from '../../contracts/ids.ts';
import { type Broker, type BrokerOrder, BrokerOutcomeUnknown, BrokerUnavailable, type PlaceOrder } from '../../contracts/ports/broker.ts';
import type { WorkingOrder } from '../../contracts/ports/order-store.ts';

/**
 * Places an order at the broker under our id of it, so that placing twice is placing once, and answers with the order as the
 * venue has it. When the answer does not come, the outcome is unknown: the broker is asked by that id, and only what it says
 * counts. With `askFirst` (an earlier attempt may have arrived) it is asked before anything is sent.
 *
 * Throws `BrokerUnavailable` (not placed) or `BrokerOutcomeUnknown` (ask again); never guesses a refusal.
 */
export function createPlaceOrder({ broker }: { broker: Broker }) {
  return async function placeOrder(working: WorkingOrder, options: { askFirst: boolean }): Promise<BrokerOrder> {
    const placement = toPlacement(working);
    const known = options.askFirst ? await broker.getOrder(placement.brokerClientOrderId) : null;
    if (known) return known;
    try {
      return await broker.placeOrder(placement);
    } catch (error) {
      if (!(error instanceof BrokerOutcomeUnknown)) throw error;
      const found = await broker.getOrder(placement.brokerClientOrderId);
      if (found) return found;
      throw new BrokerUnavailable('The order did not arrive at the broker', { cause: error });
    }
  };
}

export type PlaceOrderAtBroker = ReturnType<typeof createPlaceOrder>;

function toPlacement({ order, revision, protectionPrice }: WorkingOrder): PlaceOrder {
  return {
    brokerClientOrderId: brokerOrderId(order.id, revision),
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    quantity: order.quantity,
    limitPrice: order.limitPrice,
    protectionPrice,
    expiresAt: order.expiresAt,
  };
}
