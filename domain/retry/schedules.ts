const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Waits after the first failures: most troubles are over by then. The first retry waits for
 * nothing.
 */
export const QUICK_RETRIES_MS: readonly number[] = [0, SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS];

/**
 * Waits between attempts to reach the broker, once the quick retries are used up: 5 min, 15 min, 1
 * h, 6 h.
 */
export const EXECUTION_RETRY_SCHEDULE_MS: readonly number[] = [
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
];

/** Waits between attempts to book or settle: 2 min, 10 min, 30 min, 2 h. */
export const BOOKING_RETRY_SCHEDULE_MS: readonly number[] = [
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
];

/**
 * How long to wait after the step has failed `failures` times (1 for the first failure); EXHAUSTED
 * when the next thing is an operator.
 */
export function nextRetry(
  schedule: readonly number[],
  failures: number,
): { waitMs: number } | 'EXHAUSTED' {
  if (!Number.isInteger(failures) || failures < 1)
    throw new RangeError(`Failures are counted from 1, not ${failures}`);
  const waitMs = schedule[failures - 1];
  return waitMs === undefined ? 'EXHAUSTED' : { waitMs };
}
