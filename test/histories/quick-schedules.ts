import type * as Real from '../../domain/retry/schedules.ts';

// domain/retry/schedules.ts with the same steps in a moment; most of them wait for nothing, since
// Temporal's timers take up to a second each. The last wait before an operator is called for the
// venue's sake is long enough to be looked at.

export const QUICK_RETRIES_MS: readonly number[] = [0, 20, 0, 0];

export const EXECUTION_RETRY_SCHEDULE_MS: readonly number[] = [20, 0, 0, 600_000];

export const BOOKING_RETRY_SCHEDULE_MS: readonly number[] = [20, 0, 0, 20];

export const nextRetry: typeof Real.nextRetry = (schedule, failures) => {
  const waitMs = schedule[failures - 1];
  return waitMs === undefined ? 'EXHAUSTED' : { waitMs };
};
