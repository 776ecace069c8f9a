/** The longest delay that setTimeout takes; a later time is waited for in several steps. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** One timer for the earliest of many times. */
export interface WakeUp {
  /**
   * Calls `onDue` at that time or a little later, unless an earlier time was asked for. `null` asks
   * for nothing.
   */
  at(timeMs: number | null): void;
  cancel(): void;
}

/**
 * `onDue` may run too early (a cut delay, a clock set back): it looks at the clock itself and asks
 * again.
 */
export function createWakeUp({ now, onDue }: { now: () => number; onDue: () => void }): WakeUp {
  let timer: NodeJS.Timeout | undefined;
  let armedForMs = Number.POSITIVE_INFINITY;

  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
    armedForMs = Number.POSITIVE_INFINITY;
  };

  return {
    at(timeMs) {
      if (timeMs === null || timeMs >= armedForMs) return;
      cancel();
      armedForMs = timeMs;
      const delayMs = Math.min(Math.max(timeMs - now(), 1), TIMER_MAX_MS);
      timer = setTimeout(() => {
        cancel();
        onDue();
      }, delayMs);
    },
    cancel,
  };
}
