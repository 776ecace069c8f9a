import type { Logger } from 'pino';
import {
  type Brokers,
  BrokerUnavailable,
  LISTED_STOPS_MAX,
  type StopStanding,
} from '../../contracts/broker-session/broker.ts';
import type { Order } from '../../contracts/orders/order.ts';
import { isOpen } from '../../domain/orders/order.ts';

export interface ShowStopsDeps {
  brokers: Brokers;
  logger: Logger;
}

/**
 * Fills in what the broker alone knows of orders: where the stops of open TRAILING_STOP orders lie,
 * which move with each quote until they are reached. One question to each broker for {@link
 * LISTED_STOPS_MAX} orders, none where no such order is among them. A broker that does not answer
 * leaves the fields null: what it told earlier would be wrong by now. Never throws.
 */
export async function showStops<T extends Order>(
  deps: ShowStopsDeps,
  orders: readonly T[],
): Promise<T[]> {
  const moving = orders.filter(isMoving);
  if (moving.length === 0) return [...orders];
  const asked = [...Map.groupBy(moving, ({ broker }) => broker)].map(([broker, ofBroker]) =>
    listStops(
      deps,
      broker,
      ofBroker.map(({ id }) => id),
    ),
  );
  const stops = new Map((await Promise.all(asked)).flat());
  return orders.map((order) => {
    const stop = stops.get(order.id);
    return stop
      ? { ...order, currentStopPrice: stop.stopPrice, highWaterMark: stop.waterMark }
      : order;
  });
}

export async function showStop<T extends Order>(deps: ShowStopsDeps, order: T): Promise<T> {
  const [shown] = await showStops(deps, [order]);
  return shown ?? order;
}

async function listStops(
  { brokers, logger }: ShowStopsDeps,
  name: string | null,
  ids: readonly string[],
): Promise<[string, StopStanding][]> {
  try {
    const broker = brokers.of(name);
    const stops: [string, StopStanding][] = [];
    for (let start = 0; start < ids.length; start += LISTED_STOPS_MAX)
      stops.push(...(await broker.listStops(ids.slice(start, start + LISTED_STOPS_MAX))));
    return stops;
  } catch (error) {
    const level = error instanceof BrokerUnavailable ? 'debug' : 'error';
    logger[level]({ err: error, broker: name }, 'the broker did not tell where stops lie');
    return [];
  }
}

const isMoving = ({ type, status, newAt, triggeredAt }: Order): boolean =>
  type === 'TRAILING_STOP' && isOpen(status) && newAt !== null && triggeredAt === null;
