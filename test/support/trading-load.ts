import type postgres from 'postgres';
import { waitUntil } from '../../dev/wait-until.ts';

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
    const open = await hub`select 1 from orders where status not in ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED') limit 1`;
    return open.length === 0;
  };
  await waitUntil(isAllClosed, { timeoutMs, everyMs: 200, message: `there are open orders after ${timeoutMs} ms` });
}
