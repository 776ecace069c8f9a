import type { Logger } from 'pino';
import { VenueUnavailable } from './errors.ts';
import { isOpen, type LiveOrder, type OrderView } from './order.ts';
import { createOrderLookup } from './order-lookup.ts';
import type { VenueStore } from './store.ts';
import type { VenueCore } from './venue-core.ts';

/**
 * What memory knows of orders. Each answer holds for the present step alone: after any wait it must
 * be asked again.
 */
export interface OrderMemory {
  /** Throws VenueUnavailable unless the venue serves. */
  find(clientOrderId: string): LiveOrder | OrderView | null;
  /** Brings a closed order that memory has given up back from the database. */
  load(clientOrderId: string): Promise<void>;
  /** The database answered when it was last asked for an order. */
  isHealthy(): boolean;
  stop(): void;
}

export interface OrderMemoryOptions {
  core: VenueCore;
  findOrders: VenueStore['findOrders'];
  logger: Logger;
  onLookupFailed: () => void;
}

/** Clients wait 800 ms for an answer: they are told that the database hangs before they give up. */
const LOOK_UP_TIMEOUT_MS = 600;
const PROBE_EVERY_MS = 500;

export const isLive = (order: LiveOrder | OrderView): order is LiveOrder => 'batch' in order;

export function createOrderMemory({
  core,
  findOrders,
  logger,
  onLookupFailed,
}: OrderMemoryOptions): OrderMemory {
  const stored = createOrderLookup({
    readMany: findOrders,
    timeoutMs: LOOK_UP_TIMEOUT_MS,
    probeEveryMs: PROBE_EVERY_MS,
    logger,
    onFailed: onLookupFailed,
  });
  const find: OrderMemory['find'] = (clientOrderId) => {
    core.requireServing();
    return core.engine.find(clientOrderId) ?? core.closed.get(clientOrderId) ?? null;
  };
  return {
    find,
    async load(clientOrderId) {
      if (find(clientOrderId)) return;
      const order = await stored.read(clientOrderId).catch((error: unknown) => {
        throw new VenueUnavailable('the database cannot be asked for the order', { cause: error });
      });
      if (!order || find(clientOrderId)) return;
      // Open orders are all in memory: this one closed after it was read.
      if (isOpen(order.status)) throw new VenueUnavailable('the order is just changing');
      core.closed.put(order);
    },
    isHealthy: stored.isHealthy,
    stop: stored.stop,
  };
}
