import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { withDeadline } from './deadline.ts';
import type { OrderView } from './order.ts';

export interface OrderLookupOptions {
  /** Must ask the database also for no id at all: that is how its return is noticed. */
  readMany: (clientOrderIds: readonly string[]) => Promise<OrderView[]>;
  /**
   * Shorter than callers wait, so that they are told what is wrong instead of giving up on silence.
   */
  timeoutMs: number;
  /** How long to wait before asking again whether a database that failed is back. */
  probeEveryMs: number;
  logger: Logger;
  onFailed: () => void;
}

export interface OrderLookup {
  /**
   * Reads an order by client order id, all that were asked for in one turn of the event loop by one
   * query. `null` for an id that the database does not know. Rejects when the database fails, or
   * does not answer in time.
   */
  read(clientOrderId: string): Promise<OrderView | null>;
  /** `false` from a failed query until one succeeds. */
  isHealthy(): boolean;
  /** Gives up asking whether the database is back. */
  stop(): void;
}

export function createOrderLookup({
  readMany,
  timeoutMs,
  probeEveryMs,
  logger,
  onFailed,
}: OrderLookupOptions): OrderLookup {
  let waiting = new Map<string, PromiseWithResolvers<OrderView | null>>();
  let isHealthy = true;
  const stopped = new AbortController();

  const query = async (ids: readonly string[]): Promise<OrderView[]> => {
    try {
      const orders = await withDeadline(readMany(ids), timeoutMs, 'looking up orders');
      if (!isHealthy) logger.info('orders can be looked up again');
      isHealthy = true;
      return orders;
    } catch (error) {
      onFailed();
      if (isHealthy) {
        logger.error({ err: error }, 'orders cannot be looked up');
        isHealthy = false;
        void probe();
      }
      throw error;
    }
  };

  /** Without calls nothing else would notice that the database is back. */
  const probe = async (): Promise<void> => {
    while (!isHealthy && !stopped.signal.aborted) {
      await sleep(probeEveryMs, undefined, { ref: false });
      if (!isHealthy && !stopped.signal.aborted)
        await query([]).catch((error: unknown) => logger.debug({ err: error }, 'still not'));
    }
  };

  const run = async (): Promise<void> => {
    const asked = waiting;
    waiting = new Map();
    try {
      const found = new Map(
        (await query([...asked.keys()])).map((order) => [order.terms.clientOrderId, order]),
      );
      for (const [id, answer] of asked) answer.resolve(found.get(id) ?? null);
    } catch (error) {
      for (const answer of asked.values()) answer.reject(error);
    }
  };

  return {
    read(clientOrderId) {
      let answer = waiting.get(clientOrderId);
      if (!answer) {
        if (waiting.size === 0) setImmediate(run);
        answer = Promise.withResolvers<OrderView | null>();
        waiting.set(clientOrderId, answer);
      }
      return answer.promise;
    },
    isHealthy: () => isHealthy,
    stop: () => stopped.abort(),
  };
}
