import { describe, expect, it } from 'vitest';
import type { Report } from '../../paper-broker/order.ts';
import { createReportLog } from '../../paper-broker/report-log.ts';
import { streamReports } from '../../paper-broker/report-stream.ts';

const report = (sequence: number): Report => ({
  sequence,
  clientOrderId: `order-${sequence}`,
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

const range = (from: number, to: number): Report[] =>
  Array.from({ length: to - from + 1 }, (_, index) => report(from + index));

/** A log over a history that holds everything that was ever appended, as the database does. */
function createRig(historyLength = 0) {
  const history = range(1, historyLength);
  const reads: number[] = [];
  const log = createReportLog({
    readHistory: async (after, limit) => {
      reads.push(after);
      return history.slice(after, after + limit);
    },
  });
  log.skipTo(historyLength);
  const append = (count: number): void => {
    const added = range(history.length + 1, history.length + count);
    history.push(...added);
    log.append(added);
  };
  return { log, append, reads };
}

async function collect(
  log: ReturnType<typeof createRig>['log'],
  after: number,
  until: number,
  onPage = (): void => {},
): Promise<number[]> {
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const page of streamReports(
    { isServing: () => true, reports: log },
    after,
    stop.signal,
  )) {
    seen.push(...page.map(({ sequence }) => sequence));
    onPage();
    if ((seen.at(-1) ?? 0) >= until) stop.abort();
  }
  return seen;
}

const sequences = (from: number, to: number): number[] =>
  range(from, to).map(({ sequence }) => sequence);

describe('a stream of reports', () => {
  it('goes from history to live without gap or repetition, also when reports come in between the pages', async () => {
    const { log, append } = createRig(1_200);
    let pages = 0;
    const seen = await collect(log, 100, 1_209, () => {
      pages += 1;
      if (pages <= 3) append(3);
    });
    expect(seen).toEqual(sequences(101, 1_209));
  });

  it('waits for the next report and ends on abort', async () => {
    const { log, append } = createRig();
    const seen = collect(log, 0, 2);
    setImmediate(() => append(1));
    setImmediate(() => setImmediate(() => append(1)));
    expect(await seen).toEqual([1, 2]);
  });

  it('rejects a position that the venue never gave out', async () => {
    const { log } = createRig(5);
    await expect(collect(log, 6, 7)).rejects.toThrow(/out_of_range/);
  });

  it('serves many readers at their own places', async () => {
    const { log, append } = createRig(10);
    const readers = [0, 3, 10].map((after) => collect(log, after, 20));
    setImmediate(() => append(10));
    expect(await Promise.all(readers)).toEqual([
      sequences(1, 20),
      sequences(4, 20),
      sequences(11, 20),
    ]);
  });
});

describe('the log', () => {
  it('reads new reports from memory and keeps a bounded number of them', async () => {
    const { log, append, reads } = createRig();
    for (let count = 0; count < 100; count += 1) append(200);
    expect(await log.readAfter(19_990, 50)).toHaveLength(10);
    expect(reads).toEqual([]);
    expect((await log.readAfter(0, 2)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(reads).toEqual([0]);
  });

  it('rejects a report that leaves a gap', () => {
    const { log, append } = createRig();
    append(3);
    expect(() => log.append([report(5)])).toThrow(RangeError);
  });

  it('reads from the database what a recovery found there', async () => {
    const { log, append, reads } = createRig(4);
    expect((await log.readAfter(2, 10)).map(({ sequence }) => sequence)).toEqual([3, 4]);
    append(1);
    expect((await log.readAfter(4, 10)).map(({ sequence }) => sequence)).toEqual([5]);
    expect(reads).toEqual([2]);
  });
});
