import { brokerOrderId } from '../../contracts/ids.ts';
import { type Broker, type BrokerOrder, BrokerOutcomeUnknown, type PlaceOrder } from '../../contracts/ports/broker.ts';
import type { WorkingOrder } from '../../contracts/ports/order-store.ts';

/**
 * Places an order at the broker under our id of it, so that placing twice is placing once, and answers with the order as the
 * venue has it. When the answer does not come, the outcome is unknown: the broker is asked by that id, and only what it says
 * counts. With `askFirst` (an earlier attempt may have arrived) it is asked before anything is sent.
 *
 * Throws `BrokerUnavailable` (this call did not place it) or `BrokerOutcomeUnknown` (ask again); never guesses a refusal.
 */
export function createPlaceOrder({ broker }: { broker: Broker }) {
  return async function placeOrder(working: WorkingOrder, options: { askFirst: boolean }): Promise<BrokerOrder> {
    const placement = placementOf(working);
    const known = options.askFirst ? await broker.getOrder(placement.brokerClientOrderId) : null;
    if (known) return known;
    try {
      return await broker.placeOrder(placement);
    } catch (error) {
      if (!(error instanceof BrokerOutcomeUnknown)) throw error;
      const found = await askAfter(error, placement.brokerClientOrderId);
      if (found) return found;
      throw new BrokerOutcomeUnknown('The order has not arrived at the broker so far', { cause: error });
    }
  };

  async function askAfter(lost: BrokerOutcomeUnknown, brokerClientOrderId: string): Promise<BrokerOrder | null> {
    try {
      return await broker.getOrder(brokerClientOrderId);
    } catch (error) {
      throw new BrokerOutcomeUnknown(`${lost.message}; and the broker cannot be asked`, { cause: error });
    }
  }
}

export type PlaceOrderAtBroker = ReturnType<typeof createPlaceOrder>;

/** The order as the broker is to work it. */
export function placementOf({ order, revision, protectionPrice, auctionAt }: WorkingOrder): PlaceOrder {
  return {
    brokerClientOrderId: brokerOrderId(order.id, revision),
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    quantity: order.quantity,
    limitPrice: order.limitPrice,
    stopPrice: order.stopPrice,
    trailPercent: order.trailPercent,
    protectionPrice,
    auctionAt,
    expiresAt: order.expiresAt,
  };
}
