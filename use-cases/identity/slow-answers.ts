/** Waits so long; not at all for a time that has passed. */
export type Pause = (ms: number) => Promise<void>;

/**
 * Answers that are held back at one time; each costs a few kilobytes. Beyond, nobody is held back.
 */
const HELD_MAX = 2_000;

/** A pause that costs nothing but memory, which is bounded. */
export function createPause(heldMax = HELD_MAX): Pause {
  let held = 0;
  return async (ms) => {
    if (ms <= 0 || held >= heldMax) return;
    held += 1;
    await new Promise<void>((resolve) => setTimeout(resolve, ms));
    held -= 1;
  };
}
