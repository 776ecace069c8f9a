import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReportSequence } from '../../../use-cases/broker-session/report-sequence.ts';
import { reportOf, reportsUpTo, sequencesOf } from './reports.ts';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/** The reports 1 to n in any order, some of them again and again, cut into batches. */
const shuffledBatches = fc.integer({ min: 1, max: 60 }).chain((count) =>
  fc
    .array(fc.integer({ min: 1, max: count }), { maxLength: 60 })
    .chain((repeats) =>
      fc.shuffledSubarray([...upTo(count), ...repeats], { minLength: count + repeats.length }),
    )
    .chain((sequences) =>
      fc
        .array(fc.integer({ min: 1, max: 9 }), {
          minLength: sequences.length,
          maxLength: sequences.length,
        })
        .map((sizes) => ({
          count,
          sent: sequences.length,
          batches: cut(sequences, sizes),
        })),
    ),
);

function cut(sequences: readonly number[], sizes: readonly number[]): number[][] {
  const batches: number[][] = [];
  for (let start = 0; start < sequences.length; ) {
    const size = sizes[batches.length] ?? 1;
    batches.push(sequences.slice(start, start + size));
    start += size;
  }
  return batches;
}

describe('the sequence of reports', () => {
  it('lets each report out once and in order, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(shuffledBatches, ({ count, sent, batches }) => {
        const sequence = createReportSequence({ startAfter: 0, keptMax: 1_000 });
        const taken = batches.map((batch) =>
          sequence.take(batch.map((number) => reportOf(number))),
        );
        expect(taken.flatMap(({ run }) => sequencesOf(run))).toEqual(upTo(count));
        expect(taken.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(sent - count);
        expect(sequence.gap()).toBeNull();
      }),
    );
  });

  it('lets out the whole row in the end, however little it may keep, when the missing is read again', () => {
    fc.assert(
      fc.property(
        shuffledBatches,
        fc.integer({ min: 1, max: 8 }),
        ({ count, batches }, keptMax) => {
          const sequence = createReportSequence({ startAfter: 0, keptMax });
          const out: number[] = [];
          for (const batch of batches)
            out.push(...sequencesOf(sequence.take(batch.map((number) => reportOf(number))).run));
          while (sequence.gap() !== null) {
            const before = sequence.last();
            for (const report of reportsUpTo(count).slice(before))
              out.push(...sequencesOf(sequence.take([report]).run));
            expect(sequence.last()).toBeGreaterThan(before);
          }
          expect(out).toEqual(upTo(count));
        },
      ),
    );
  });

  it('goes on after where it started and drops what lies before', () => {
    const sequence = createReportSequence({ startAfter: 41, keptMax: 10 });
    const { run, repeated } = sequence.take([reportOf(40), reportOf(41), reportOf(42)]);
    expect(sequencesOf(run)).toEqual([42]);
    expect(repeated).toBe(2);
  });

  it('says which reports are missing, and keeps what came too early', () => {
    const sequence = createReportSequence({ startAfter: 0, keptMax: 10 });
    expect(sequence.take([reportOf(1), reportOf(4), reportOf(7)]).run).toHaveLength(1);
    expect(sequence.gap()).toEqual({ from: 2, to: 3 });
    expect(sequencesOf(sequence.take([reportOf(3), reportOf(2)]).run)).toEqual([2, 3, 4]);
    expect(sequence.gap()).toEqual({ from: 5, to: 6 });
  });

  it('passes over the first gap alone', () => {
    const sequence = createReportSequence({ startAfter: 0, keptMax: 10 });
    sequence.take([reportOf(2), reportOf(3), reportOf(6)]);
    expect(sequencesOf(sequence.passOverGap())).toEqual([2, 3]);
    expect(sequence.gap()).toEqual({ from: 4, to: 5 });
    expect(sequence.last()).toBe(3);
  });

  it('never keeps more than it may, and counts what it let go as missing', () => {
    const sequence = createReportSequence({ startAfter: 0, keptMax: 3 });
    sequence.take(reportsUpTo(9).slice(1).reverse());
    expect(sequence.gap()).toEqual({ from: 1, to: 1 });
    expect(sequencesOf(sequence.take([reportOf(1)]).run)).toEqual([1, 2, 3, 4]);
    expect(sequence.gap()).toEqual({ from: 5, to: 9 });
  });
});
