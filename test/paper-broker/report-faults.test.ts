import { describe, expect, it } from 'vitest';
import { streamDisturbedReports } from '../../paper-broker/disturbed-report-stream.ts';
import { createFaults, type Fault } from '../../paper-broker/faults.ts';
import type { Report } from '../../paper-broker/order.ts';
import { createReportLog } from '../../paper-broker/report-log.ts';

const report = (sequence: number): Report => ({
  sequence,
  clientOrderId: sequence % 2 === 0 ? 'even' : 'odd',
  execType: 'NEW',
  orderStatus: 'NEW',
  lastQuantity: null,
  lastPrice: null,
  cumulativeQuantity: '0',
  leavesQuantity: '10',
  stopPrice: null,
  waterMark: null,
  timeMs: 0,
  rejectCode: null,
  inAnswer: true,
});

/** A venue with so many reports; orders are AAPL for even numbers and MSFT for odd ones. */
function createRig(count: number) {
  const history: Report[] = [];
  const reports = createReportLog({
    readHistory: async (after, limit) => history.slice(after, after + limit),
  });
  const append = (more: number): void => {
    const added = Array.from({ length: more }, (_, index) => report(history.length + index + 1));
    history.push(...added);
    reports.append(added);
  };
  append(count);
  const faults = createFaults();
  const set = (changes: Partial<Fault>): void =>
    faults.set({ mode: 'NONE', delayMs: 0, calls: 0, symbol: '', target: null, ...changes });
  const venue = { isServing: () => true, reports };
  const symbolOf = async (id: string) => (id === 'even' ? 'AAPL' : 'MSFT');

  /** Reads from `after` until so many were told, and calls `onPage` after each message. */
  const read = async (
    after: number,
    until: number,
    onPage = (_seen: number[]): void => {},
  ): Promise<number[]> => {
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const page of streamDisturbedReports(
      { venue, faults, symbolOf },
      after,
      stop.signal,
    )) {
      seen.push(...page.map(({ sequence }) => sequence));
      onPage(seen);
      if (seen.length >= until) stop.abort();
    }
    return seen;
  };
  return { set, append, read };
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('a stream of reports', () => {
  it('without a fault tells each once and in order', async () => {
    const { read, append } = createRig(1_200);
    expect(await read(0, 1_203, (seen) => seen.length === 1_200 && append(3))).toEqual(upTo(1_203));
  });

  it('that repeats tells each report three times, as long as was said', async () => {
    const { set, read } = createRig(4);
    set({ mode: 'REPEAT_REPORTS', calls: 2 });
    expect(await read(0, 8)).toEqual([1, 1, 1, 2, 2, 2, 3, 4]);
  });

  it('that reverses tells what there is backwards, and new reports a few at a time, backwards', async () => {
    const { set, read, append } = createRig(1_200);
    set({ mode: 'REVERSE_REPORTS' });
    const seen = await read(0, 1_212, (told) => told.length === 1_200 && append(12));
    expect(seen.slice(0, 1_200)).toEqual(upTo(1_200).reverse());
    expect(seen.slice(1_200)).toEqual([
      1_205, 1_204, 1_203, 1_202, 1_201, 1_210, 1_209, 1_208, 1_207, 1_206, 1_212, 1_211,
    ]);
  });

  it('that drops leaves so many out, and tells them when it is opened again from before them', async () => {
    const { set, read } = createRig(6);
    set({ mode: 'DROP_REPORTS', calls: 2 });
    expect(await read(2, 2)).toEqual([5, 6]);
    expect(await read(2, 4)).toEqual([3, 4, 5, 6]);
  });

  it('that drops without an end leaves each report out once', async () => {
    const { set, read, append } = createRig(2);
    set({ mode: 'DROP_REPORTS' });
    const first = read(0, 1);
    // It was left out above, so a stream that is opened now tells it though the fault lasts.
    expect(await read(0, 2)).toEqual([1, 2]);
    set({});
    append(1);
    expect(await first).toEqual([3]);
  });

  it('is disturbed for the reports of one symbol alone', async () => {
    const { set, read } = createRig(6);
    set({ mode: 'DROP_REPORTS', symbol: 'AAPL' });
    expect(await read(0, 3)).toEqual([1, 3, 5]);
    expect(await read(0, 6)).toEqual(upTo(6));
  });

  it('rejects a position that the venue never gave out', async () => {
    const { read } = createRig(5);
    await expect(read(6, 7)).rejects.toThrow(/out_of_range/);
  });
});
