import type { OrderView } from './order.ts';

/**
 * Reads orders by client order id, all that were asked for in one turn of the event loop by one query.
 * `null` for an id that the database does not know.
 */
export function createOrderLookup(readMany: (clientOrderIds: readonly string[]) => Promise<OrderView[]>) {
  let waiting = new Map<string, PromiseWithResolvers<OrderView | null>>();

  const run = async (): Promise<void> => {
    const asked = waiting;
    waiting = new Map();
    try {
      const found = new Map((await readMany([...asked.keys()])).map((order) => [order.terms.clientOrderId, order]));
      for (const [id, answer] of asked) answer.resolve(found.get(id) ?? null);
    } catch (error) {
      for (const answer of asked.values()) answer.reject(error);
    }
  };

  return (clientOrderId: string): Promise<OrderView | null> => {
    let answer = waiting.get(clientOrderId);
    if (!answer) {
      if (waiting.size === 0) setImmediate(run);
      answer = Promise.withResolvers<OrderView | null>();
      waiting.set(clientOrderId, answer);
    }
    return answer.promise;
  };
}
