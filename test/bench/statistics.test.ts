import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean, percentile, summarize } from '../../bench/statistics.ts';

const ONE_TO_100 = Array.from({ length: 100 }, (_, index) => index + 1);

describe('percentile', () => {
  it.each([
    [50, 50],
    [95, 95],
    [99, 99],
    [100, 100],
    [0, 1],
    [99.5, 100],
  ])('of 1 to 100 at %d is the nearest rank, %d', (percent, expected) => {
    expect(percentile(ONE_TO_100, percent)).toBe(expected);
  });

  it('of one value is that value', () => {
    expect([0, 50, 99, 100].map((percent) => percentile([7], percent))).toEqual([7, 7, 7, 7]);
  });

  it('of no values is an error, not a zero', () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
  });

  it('is a measured value that at least the asked share does not exceed, and the smallest such', () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (unsorted, percent) => {
        const sorted = unsorted.toSorted((a, b) => a - b);
        const value = percentile(sorted, percent);
        const shareUpTo = (limit: number) => sorted.filter((each) => each <= limit).length * 100;
        expect(sorted).toContain(value);
        expect(shareUpTo(value)).toBeGreaterThanOrEqual(percent * sorted.length);
        const smaller = sorted.filter((each) => each < value).at(-1);
        if (smaller !== undefined) expect(shareUpTo(smaller)).toBeLessThan(percent * sorted.length);
      }),
    );
  });
});

describe('summarize', () => {
  it('does not depend on the order of the values and leaves them as they are', () => {
    const shuffled = ONE_TO_100.toReversed();
    expect(summarize(shuffled)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
    expect(shuffled[0]).toBe(100);
  });

  it('sorts by value, not by text', () => {
    expect(summarize([9, 10, 100])?.p50).toBe(10);
  });

  it('of nothing is null', () => {
    expect(summarize([])).toBeNull();
  });
});

it('the mean of nothing is an error', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(() => mean([])).toThrow(RangeError);
});
