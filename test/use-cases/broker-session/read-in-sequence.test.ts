import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Broker, Brokers, ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { BreakReport } from '../../../contracts/executions/breaks.ts';
import { readInSequence } from '../../../use-cases/broker-session/read-in-sequence.ts';
import { reportOf, reportsUpTo, sequencesOf } from './reports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/**
 * What the venue sends in one reading of its stream: batches, each after a pause; then it stays
 * silent.
 */
type Reading = (readonly [pauseMs: number, batch: ExecutionReport[]])[];

const brokersOf = (broker: Partial<Broker>): Brokers => ({ of: () => broker as Broker });

/**
 * Reads from a venue whose n-th stream sends the n-th reading; the last reading is that of all
 * further streams.
 */
function readFrom(readings: readonly Reading[], startAfter = 0) {
  const seen = {
    sequences: [] as number[],
    readFrom: [] as number[],
    breaks: [] as BreakReport[],
    gaps: 0,
    repeated: 0,
    openStreams: 0,
  };
  const abort = new AbortController();
  const broker = {
    async *streamExecutionReports(after: number, signal: AbortSignal) {
      const reading = readings[Math.min(seen.readFrom.length, readings.length - 1)] ?? [];
      seen.readFrom.push(after);
      seen.openStreams += 1;
      signal.addEventListener('abort', () => {
        seen.openStreams -= 1;
      });
      for (const [pauseMs, batch] of reading) {
        if (pauseMs > 0) await sleep(pauseMs, signal);
        yield batch.filter((report) => report.sequence > after);
      }
      await sleep(1e9, signal);
    },
  };
  const deps = {
    brokers: brokersOf(broker),
    breaks: {
      raiseBreak: async (report: BreakReport) => {
        seen.breaks.push(report);
        return true;
      },
    },
    observer: {
      breakRaised: () => {},
      gapFound: () => {
        seen.gaps += 1;
      },
      reportsRepeated: (_broker: string, count: number) => {
        seen.repeated += count;
      },
    },
    clock: Date.now,
    sleep,
    logger: pino({ enabled: false }),
  };
  const ended = (async () => {
    for await (const run of readInSequence(deps, 'venue', { startAfter, signal: abort.signal }))
      seen.sequences.push(...sequencesOf(run));
  })().catch((error: Error) => error);
  return { seen, ended, abort };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('reading the reports in sequence', () => {
  it('passes on what comes in order at once', async () => {
    const { seen } = readFrom([
      [
        [0, [reportOf(1), reportOf(2)]],
        [0, [reportOf(3)]],
      ],
    ]);
    await pass(0);
    expect(seen).toMatchObject({ sequences: [1, 2, 3], readFrom: [0], gaps: 0, repeated: 0 });
  });

  it('drops and counts reports that are sent three times', async () => {
    const thrice = reportsUpTo(5).flatMap((report) => [report, report, report]);
    const { seen } = readFrom([[[0, thrice]]]);
    await pass(60_000);
    expect(seen).toMatchObject({
      sequences: [1, 2, 3, 4, 5],
      repeated: 10,
      readFrom: [0],
      breaks: [],
    });
  });

  it('puts reversed reports in order without reading again', async () => {
    const { seen } = readFrom([
      [
        [0, reportsUpTo(9).slice(4).reverse()],
        [100, reportsUpTo(4).reverse()],
      ],
    ]);
    await pass(60_000);
    expect(seen).toMatchObject({ sequences: [1, 2, 3, 4, 5, 6, 7, 8, 9], readFrom: [0], gaps: 0 });
  });

  it('waits half a second for what is missing, then reads again from before it', async () => {
    const { seen } = readFrom([[[0, [reportOf(1), reportOf(3)]]], [[0, reportsUpTo(3)]]]);
    await pass(499);
    expect(seen).toMatchObject({ sequences: [1], readFrom: [0] });
    await pass(1);
    expect(seen).toMatchObject({
      sequences: [1, 2, 3],
      readFrom: [0, 1],
      gaps: 1,
      breaks: [],
      openStreams: 1,
    });
  });

  it('does not read again when the missing report comes within half a second', async () => {
    const { seen } = readFrom([
      [
        [0, [reportOf(2)]],
        [499, [reportOf(1)]],
      ],
    ]);
    await pass(60_000);
    expect(seen).toMatchObject({ sequences: [1, 2], readFrom: [0], gaps: 0 });
  });

  it('reads again although later reports keep coming', async () => {
    const later: Reading = Array.from(
      { length: 20 },
      (_, index) => [100, [reportOf(index + 2)]] as const,
    );
    const { seen } = readFrom([later, [[0, reportsUpTo(21)]]]);
    await pass(700);
    expect(seen.readFrom).toEqual([0, 0]);
    expect(seen.sequences).toEqual(sequencesOf(reportsUpTo(21)));
  });

  it('raises a gap that stays after three readings more, and goes on behind it', async () => {
    const { seen } = readFrom([
      [
        [0, [reportOf(1), reportOf(4), reportOf(5)]],
        [10_000, [reportOf(6)]],
      ],
    ]);
    await pass(1_999);
    expect(seen).toMatchObject({ sequences: [1], readFrom: [0, 1, 1, 1], breaks: [] });
    await pass(1);
    expect(seen.breaks).toEqual([
      {
        key: 'gap/venue/2',
        kind: 'REPORT_GAP',
        broker: 'venue',
        orderId: null,
        brokerExecutionId: null,
        details: { from: 2, to: 3 },
      },
    ]);
    expect(seen).toMatchObject({ sequences: [1, 4, 5], gaps: 1 });
    await pass(10_000);
    expect(seen).toMatchObject({ sequences: [1, 4, 5, 6], readFrom: [0, 1, 1, 1, 5], gaps: 1 });
  });

  it('gives each gap its own three readings', async () => {
    const { seen } = readFrom([
      [[0, [reportOf(2), reportOf(4)]]],
      [[0, [reportOf(1), reportOf(2), reportOf(4)]]],
    ]);
    await pass(2_400);
    expect(seen).toMatchObject({
      sequences: [1, 2],
      gaps: 2,
      breaks: [],
      readFrom: [0, 0, 2, 2, 2],
    });
    await pass(200);
    expect(seen.sequences).toEqual([1, 2, 4]);
    expect(seen.breaks.map(({ key }) => key)).toEqual(['gap/venue/3']);
  });

  it('never gives a report up because the venue is slow to answer the new reading', async () => {
    const { seen } = readFrom([[[0, [reportOf(2)]]], [[4_000, reportsUpTo(2)]]]);
    await pass(4_500);
    expect(seen).toMatchObject({ sequences: [1, 2], readFrom: [0, 0], breaks: [] });
  });

  it('waits as long for a venue that only shows that it lives, and no longer', async () => {
    const alive: Reading = Array.from({ length: 20 }, () => [900, []] as const);
    const { seen } = readFrom([[[0, [reportOf(2)]]], [...alive.slice(0, 5), [0, reportsUpTo(2)]]]);
    await pass(500 + 4_500);
    expect(seen).toMatchObject({ sequences: [1, 2], readFrom: [0, 0], breaks: [] });
    const other = readFrom([[[0, [reportOf(2)]]], alive]).seen;
    await pass(15_499);
    expect(other.breaks).toHaveLength(0);
    await pass(1);
    expect(other.breaks.map(({ key }) => key)).toEqual(['gap/venue/1']);
  });

  it('passes over what a silent venue owes only after three silent readings', async () => {
    const { seen } = readFrom([[[0, [reportOf(2)]]], []]);
    await pass(15_499);
    expect(seen.breaks).toHaveLength(0);
    await pass(1);
    expect(seen.breaks.map(({ key }) => key)).toEqual(['gap/venue/1']);
    expect(seen.sequences).toEqual([2]);
  });

  it('fails when the venue ends the stream, so that the next attempt goes on', async () => {
    const deps = {
      brokers: brokersOf({ async *streamExecutionReports() {} }),
      breaks: { raiseBreak: async () => true },
      observer: { breakRaised: () => {}, gapFound: () => {}, reportsRepeated: () => {} },
      clock: Date.now,
      sleep,
      logger: pino({ enabled: false }),
    };
    const { signal } = new AbortController();
    const reading = readInSequence(deps, 'venue', { startAfter: 0, signal }).next();
    await expect(reading).rejects.toThrow('ended the stream');
  });

  it('leaves no stream open when its reader stops', async () => {
    const { seen, abort, ended } = readFrom([[[0, [reportOf(1)]]]]);
    await pass(0);
    abort.abort();
    await ended;
    expect(seen.openStreams).toBe(0);
  });
});
