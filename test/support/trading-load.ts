import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { waitUntil } from '../../dev/wait-until.ts';
import { buyMarket } from './e2e-client.ts';
import type { Trader } from './e2e-stack.ts';

/** Tommy Ettinger's mulberry32, uniform in [0, 1): the same seed is the same load. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function chooseFrom<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('there is nothing to choose from');
  return item;
}

/** Waits until no order is open. */
export async function waitUntilAllClosed(hub: postgres.Sql, timeoutMs = 120_000): Promise<void> {
  const isAllClosed = async () => {
    const open =
      await hub`select 1 from orders where status not in ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED') limit 1`;
    return open.length === 0;
  };
  await waitUntil(isAllClosed, {
    timeoutMs,
    everyMs: 200,
    message: `there are open orders after ${timeoutMs} ms`,
  });
}

export interface Sent {
  trader: Trader;
  key: string;
  /** `null` when the order was not acknowledged: rejected for now, or the connection broke. */
  orderId: string | null;
}

const PAUSE_MS = 50;

/**
 * Each trader buys one share after the other, each under a key of its own, until `isOver`. Whatever
 * fails is noted, not thrown.
 */
export async function sendUntil(
  isOver: () => boolean,
  traders: readonly Trader[],
): Promise<Sent[]> {
  const sent: Sent[] = [];
  const trade = async (trader: Trader): Promise<void> => {
    while (!isOver()) {
      const key = randomUUID();
      const answer = await trader.submit(buyMarket('FB', '1'), key).catch(() => null);
      sent.push({ trader, key, orderId: answer?.status === 202 ? answer.body.id : null });
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(traders.map(trade));
  return sent;
}
