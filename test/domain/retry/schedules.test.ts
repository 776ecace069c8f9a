import { describe, expect, it } from 'vitest';
import {
  BOOKING_RETRY_SCHEDULE_MS,
  EXECUTION_RETRY_SCHEDULE_MS,
  nextRetry,
  QUICK_RETRIES_MS,
} from '../../../domain/retry/schedules.ts';

const waits = (schedule: readonly number[]) =>
  [1, 2, 3, 4, 5, 6].map((failures) => nextRetry(schedule, failures));

describe('nextRetry', () => {
  it('tries again at once, after 1 s, 5 s and 30 s while trouble may be short', () => {
    const expected = [0, 1_000, 5_000, 30_000].map((waitMs) => ({ waitMs }));
    expect(waits(QUICK_RETRIES_MS)).toEqual([...expected, 'EXHAUSTED', 'EXHAUSTED']);
  });

  it('waits 5 min, 15 min, 1 h and 6 h for the venue, then asks for an operator', () => {
    const expected = [300_000, 900_000, 3_600_000, 21_600_000].map((waitMs) => ({ waitMs }));
    expect(waits(EXECUTION_RETRY_SCHEDULE_MS)).toEqual([...expected, 'EXHAUSTED', 'EXHAUSTED']);
  });

  it('waits 2 min, 10 min, 30 min and 2 h to book, then asks for an operator', () => {
    const expected = [120_000, 600_000, 1_800_000, 7_200_000].map((waitMs) => ({ waitMs }));
    expect(waits(BOOKING_RETRY_SCHEDULE_MS)).toEqual([...expected, 'EXHAUSTED', 'EXHAUSTED']);
  });

  it('counts failures from 1', () => {
    for (const failures of [0, -1, 1.5, Number.NaN])
      expect(() => nextRetry(BOOKING_RETRY_SCHEDULE_MS, failures)).toThrow(
        new RangeError(`Failures are counted from 1, not ${failures}`),
      );
  });
});
