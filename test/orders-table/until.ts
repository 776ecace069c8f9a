import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 30_000;
const POLL_MS = 5;

/** Reads until it is so; throws with what was read last when that takes too long. */
export async function until<T>(
  read: () => T | Promise<T>,
  isSo: (value: T) => boolean,
  what: string,
): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
    if (performance.now() - startedMs > PATIENCE_MS)
      throw new Error(`waited in vain until ${what}; last seen: ${JSON.stringify(value)}`);
    await sleep(POLL_MS);
  }
}
