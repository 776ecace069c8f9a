import { HubError } from '../../contracts/errors.ts';

export interface TurnsOptions {
  concurrencyMax: number;
  /** Of all sources together. */
  waitingMax: number;
}

interface Waiter {
  go(): void;
  giveUp(error: HubError): void;
}

/**
 * Work that waits for its turn, the sources in rotation: one that asks for much waits longer than
 * one that asks once. When no place is left, the source with the most waiting gives up its newest
 * for one with less (longest-queue drop, as RFC 8290, 4.2.1); the other is `RATE_LIMITED`.
 */
export function createFairTurns({ concurrencyMax, waitingMax }: TurnsOptions) {
  /** In the order of their next turn. */
  const waiting = new Map<string, Waiter[]>();
  let running = 0;
  let waitingCount = 0;

  function waitTurn(source: string): Promise<void> {
    if (waitingCount >= waitingMax) makeRoom(source);
    return new Promise<void>((resolve, reject) => {
      const waiter = { go: resolve, giveUp: reject };
      const own = waiting.get(source);
      if (own) own.push(waiter);
      else waiting.set(source, [waiter]);
      waitingCount += 1;
    });
  }

  function makeRoom(source: string): void {
    const longest = [...waiting.entries()].reduce((most, entry) =>
      entry[1].length > most[1].length ? entry : most,
    );
    if (longest[1].length <= (waiting.get(source)?.length ?? 0) + 1)
      throw new HubError('RATE_LIMITED');
    longest[1].pop()?.giveUp(new HubError('RATE_LIMITED'));
    waitingCount -= 1;
  }

  function callNext(): void {
    const [next] = waiting;
    if (!next) {
      running -= 1;
      return;
    }
    const [source, own] = next;
    const waiter = own.shift();
    waiting.delete(source);
    if (own.length > 0) waiting.set(source, own);
    waitingCount -= 1;
    waiter?.go();
  }

  return async function inTurn<T>(source: string, work: () => Promise<T>): Promise<T> {
    if (running >= concurrencyMax) await waitTurn(source);
    else running += 1;
    try {
      return await work();
    } finally {
      callNext();
    }
  };
}
