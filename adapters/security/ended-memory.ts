import type { Logger } from 'pino';

/** About 20 MB. Each entry took a login, so a hundred logins a second fill a third of it. */
const ENTRIES_MAX = 200_000;

export interface EndedMemory {
  has(id: string): boolean;
  add(id: string, agoMs: number): void;
  /** Those that the board is not known to have. */
  untold(): { ids: string[]; isAll: boolean };
  markTold(ids: readonly string[]): void;
  forgetTold(): void;
}

/**
 * Ended sessions for `keepMs` from their end; of more than {@link ENTRIES_MAX} those that came
 * first are forgotten, and it is logged.
 */
export function createEndedMemory(
  keepMs: number,
  now: () => number,
  logger: Logger,
  entriesMax = ENTRIES_MAX,
): EndedMemory {
  const entries = new Map<string, number>();
  const untold = new Set<string>();
  let sweptAtMs = now();
  let isFull = false;

  const forget = (id: string): void => {
    entries.delete(id);
    untold.delete(id);
  };
  const sweep = (): void => {
    const nowMs = now();
    if (nowMs - sweptAtMs < keepMs / 100) return;
    sweptAtMs = nowMs;
    for (const [id, endedAtMs] of entries) if (nowMs - endedAtMs > keepMs) forget(id);
  };
  const makeRoom = (): void => {
    const isFullNow = entries.size >= entriesMax;
    if (isFullNow && !isFull)
      logger.error(
        { entriesMax },
        'too many sessions have ended at once: the first of them are forgotten',
      );
    isFull = isFullNow;
    const oldest = isFullNow ? entries.keys().next() : { done: true as const, value: undefined };
    if (!oldest.done) forget(oldest.value);
  };

  return {
    has: (id) => entries.has(id),
    add(id, agoMs) {
      if (entries.has(id) || agoMs > keepMs) return;
      sweep();
      makeRoom();
      entries.set(id, now() - agoMs);
      untold.add(id);
    },
    untold: () => ({ ids: [...untold], isAll: untold.size === entries.size }),
    markTold(ids) {
      for (const id of ids) untold.delete(id);
    },
    forgetTold() {
      for (const id of entries.keys()) untold.add(id);
    },
  };
}
