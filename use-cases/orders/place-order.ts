import {
  type Broker,
  type BrokerOrder,
  BrokerOutcomeUnknown,
  type Brokers,
  type PlaceOrder,
} from '../../contracts/broker-session/broker.ts';
import { pickFields } from '../../contracts/fields.ts';
import { TERM_NAMES } from '../../contracts/orders/order-fields.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';

export interface PlaceOrderDeps {
  brokers: Brokers;
}

/**
 * Places an order at the broker under our id of it, so that placing twice is placing once, and
 * answers with the order as the broker has it. When the answer does not come, the outcome is
 * unknown: the broker is asked by that id, and only what it says counts. With `askFirst` (an
 * earlier attempt may have arrived) it is asked before anything is sent.
 *
 * Throws `BrokerUnavailable` (this call did not place it) or `BrokerOutcomeUnknown` (ask again);
 * never guesses a rejection.
 */
export async function placeOrder(
  { brokers }: PlaceOrderDeps,
  working: WorkingOrder,
  options: { askFirst: boolean },
): Promise<BrokerOrder> {
  const broker = brokers.of(working.order.broker);
  const placement = placementOf(working);
  const known = options.askFirst ? await broker.getOrder(placement.brokerClientOrderId) : null;
  if (known) return known;
  try {
    return await broker.placeOrder(placement);
  } catch (error) {
    if (!(error instanceof BrokerOutcomeUnknown)) throw error;
    return askAfter(broker, error, placement.brokerClientOrderId);
  }
}

async function askAfter(
  broker: Broker,
  lost: BrokerOutcomeUnknown,
  brokerClientOrderId: string,
): Promise<BrokerOrder> {
  const found = await broker.getOrder(brokerClientOrderId).catch((error: unknown) => {
    throw new BrokerOutcomeUnknown(`${lost.message}; and the broker cannot be asked`, {
      cause: error,
    });
  });
  if (found) return found;
  throw new BrokerOutcomeUnknown('The order has not arrived at the broker so far', { cause: lost });
}

/** The order as the broker is to work it. */
export function placementOf({ order, protectionPrice, auctionAt }: WorkingOrder): PlaceOrder {
  const { notional: _asShares, clientOrderId: _clients, ...terms } = pickFields(order, TERM_NAMES);
  return {
    ...terms,
    brokerClientOrderId: order.id,
    protectionPrice,
    auctionAt,
    expiresAt: order.expiresAt,
  };
}
