import type { OrderView } from './order.ts';

/**
 * The closed orders asked for last, at most `max`: they never change, so one kept is as good as one
 * read.
 */
export interface ClosedOrders {
  get(clientOrderId: string): OrderView | undefined;
  put(order: OrderView): void;
  size(): number;
}

/** Least recently used goes first; a Map keeps the order of insertion. */
export function createClosedOrders(max: number): ClosedOrders {
  const kept = new Map<string, OrderView>();
  return {
    get(clientOrderId) {
      const order = kept.get(clientOrderId);
      if (order) {
        kept.delete(clientOrderId);
        kept.set(clientOrderId, order);
      }
      return order;
    },
    put(order) {
      kept.delete(order.terms.clientOrderId);
      kept.set(order.terms.clientOrderId, order);
      const [oldest] = kept.keys();
      if (kept.size > max && oldest !== undefined) kept.delete(oldest);
    },
    size: () => kept.size,
  };
}
