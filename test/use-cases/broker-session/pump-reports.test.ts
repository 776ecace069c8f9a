import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Broker, ExecutionReport } from '../../../contracts/ports/broker.ts';
import { createPumpReports } from '../../../use-cases/broker-session/pump-reports.ts';
import { IllegalOrderEvent } from '../../../use-cases/orders/record-event.ts';

const ORDER = '0403b9a7-6d97-5966-b70f-ff8522d52ce3';

const reportOf = (sequence: number, over: Partial<ExecutionReport> = {}): ExecutionReport => ({
  sequence,
  brokerExecutionId: `x${sequence}`,
  brokerClientOrderId: `${ORDER}.1`,
  execType: 'TRADE',
  orderStatus: 'PARTIALLY_FILLED',
  lastQuantity: '1',
  lastPrice: '10',
  cumulativeQuantity: '1',
  leavesQuantity: '1',
  time: '2026-11-24T10:00:00.000Z',
  rejectCode: null,
  inAnswer: false,
  ...over,
});

/** The pump over doubles; time stands at `nowMs` and moves a second with each tick. */
function pumpOver(
  batches: ExecutionReport[][],
  options: { booked?: string[]; isRunning?: boolean; breaksAt?: number; startAfter?: number; ticks?: number } = {},
) {
  const seen = { signalled: [] as number[], bookedDirectly: [] as number[], cursors: [] as number[], streamFrom: -1 };
  const abort = new AbortController();
  let nowMs = Date.parse('2026-11-24T10:00:00.000Z');
  let ticks = 0;
  const broker = {
    async *streamExecutionReports(after: number, signal: AbortSignal) {
      seen.streamFrom = after;
      yield* batches;
      await sleep(60_000, undefined, { signal });
    },
  } as Partial<Broker> as Broker;
  const pump = createPumpReports({
    broker,
    orders: { findBooked: async () => new Set(options.booked ?? []) } as never,
    sessions: { readLastSequence: async () => options.startAfter ?? 0, advance: async (_broker, last) => void seen.cursors.push(last) },
    workflows: {
      reportExecutions: async (_id: string, reports: readonly ExecutionReport[]) => {
        if (options.isRunning === false) return 'NOT_RUNNING';
        seen.signalled.push(...reports.map((report) => report.sequence));
        return 'DELIVERED';
      },
    } as never,
    bookReports: async (id, reports) => {
      if (reports.some((report) => report.sequence === options.breaksAt)) {
        throw new IllegalOrderEvent(id, { code: 'OVERFILL', from: 'FILLED', execType: 'TRADE' });
      }
      seen.bookedDirectly.push(...reports.map((report) => report.sequence));
      return {} as never;
    },
    adoptStrayOrders: async () => 0,
    clock: () => nowMs,
    sleep: async () => {
      nowMs += 1_000;
      ticks += 1;
      if (ticks >= (options.ticks ?? 5)) abort.abort();
      await sleep(1);
    },
    logger: pino({ enabled: false }),
  });
  const run = pump('venue', { resumeAfter: 0, signal: abort.signal, onProgress: () => {} }).catch((error: Error) => error);
  return run.then((ended) => ({ ...seen, ended }));
}

describe('the pump of execution reports', () => {
  it('signals what no answer carried at once, in order of sequence', async () => {
    const seen = await pumpOver([[reportOf(1), reportOf(2)], [reportOf(3)]]);
    expect(seen.signalled).toEqual([1, 2, 3]);
    expect(seen.cursors.at(-1)).toBe(3);
  });

  it('leaves a fill that an answer carried to whoever got it, and signals nothing when it is booked', async () => {
    const seen = await pumpOver([[reportOf(1, { inAnswer: true })]], { booked: ['x1'] });
    expect(seen.signalled).toEqual([]);
    expect(seen.cursors.at(-1)).toBe(1);
  });

  it('signals a fill whose answer was lost once its grace is over', async () => {
    const seen = await pumpOver([[reportOf(1, { inAnswer: true })]]);
    expect(seen.signalled).toEqual([1]);
  });

  it('never moves the cursor past a report that is still waiting', async () => {
    const seen = await pumpOver([[reportOf(1), reportOf(2, { inAnswer: true }), reportOf(3)]], { ticks: 1, booked: ['x2'] });
    expect(seen.signalled).toEqual([1, 3]);
    expect(Math.max(...seen.cursors)).toBeLessThan(2);
  });

  it('books a fill of an order whose workflow has ended', async () => {
    const seen = await pumpOver([[reportOf(1)]], { isRunning: false });
    expect(seen.bookedDirectly).toEqual([1]);
  });

  it('goes on with the others after a report that cannot be true', async () => {
    const batches = [[reportOf(1)], [reportOf(2)], [reportOf(3)]];
    const seen = await pumpOver(batches, { isRunning: false, breaksAt: 2 });
    expect(seen.bookedDirectly).toEqual([1, 3]);
    expect(seen.cursors.at(-1)).toBe(3);
  });

  it('goes on after the last sequence that was taken in', async () => {
    expect((await pumpOver([], { startAfter: 41 })).streamFrom).toBe(41);
  });

  it('passes over reports of orders that are not ours', async () => {
    const seen = await pumpOver([[reportOf(1, { brokerClientOrderId: 'somebody-else' }), reportOf(2)]]);
    expect(seen.signalled).toEqual([2]);
  });
});
