import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createReportSeals } from '../../../adapters/security/report-seals.ts';
import type { Broker, Brokers, ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { SessionProgress } from '../../../contracts/broker-session/broker-sessions.ts';
import {
  type PumpReportsDeps,
  pumpReports,
} from '../../../use-cases/broker-session/pump-reports.ts';
import { TEST_SECRETS } from '../../support/service-tokens.ts';
import { reportOf, reportsUpTo, sequencesOf } from './reports.ts';

interface World {
  booked?: string[];
  startAfter?: number;
  ticks?: number;
  /** Orders that are to be canceled, and that nobody sees to. */
  forgotten?: { orderId: string; actor: string }[];
  /** Runs as the last thing that happens in each delivery. */
  onDelivery?: (sequences: number[]) => Promise<void>;
}

const brokersOf = (streamExecutionReports: Broker['streamExecutionReports']): Brokers => ({
  of: () => ({ streamExecutionReports }) as Partial<Broker> as Broker,
});

/**
 * The pump over doubles; its time moves a second with each tick, and it is stopped after `ticks` of
 * them.
 */
async function pumpOver(runs: ExecutionReport[][], world: World = {}) {
  const seen = {
    delivered: [] as number[],
    cursors: [] as number[],
    beats: [] as number[],
    readFrom: -1,
    adoptions: 0,
    canceled: [] as string[],
  };
  const abort = new AbortController();
  let nowMs = Date.parse('2026-11-24T10:00:00.000Z');
  let ticks = 0;
  const deliver = async (reports: readonly ExecutionReport[]) => {
    await world.onDelivery?.(sequencesOf(reports));
    seen.delivered.push(...sequencesOf(reports));
    return 'DELIVERED' as const;
  };
  const deps = {
    brokers: brokersOf(async function* (startAfter, signal) {
      seen.readFrom = startAfter;
      yield* runs;
      await sleep(60_000, undefined, { signal });
    }),
    orders: {
      findBooked: async () => new Set(world.booked),
      readStatuses: async (ids: readonly string[]) =>
        new Map(ids.map((id) => [id, 'FILLED' as const])),
      readWorkingOrder: async () => null,
      findUnacknowledged: async () => {
        seen.adoptions += 1;
        return [];
      },
      findOpen: async () => [],
      findForgottenCancels: async () => world.forgotten ?? [],
    },
    workflows: {
      reportExecutions: (_orderId: string, reports: readonly ExecutionReport[]) => deliver(reports),
      startOrder: async () => {},
      async *listRunning() {},
      requestCancel: async (orderId: string) => {
        seen.canceled.push(orderId);
        return 'DELIVERED' as const;
      },
    },
    executions: { startExecution: async () => {} },
    seals: createReportSeals([TEST_SECRETS.REPORT_SEAL_SECRET]),
    breaks: { raiseBreak: async () => true },
    observer: { breakRaised: () => {}, gapFound: () => {}, reportsRepeated: () => {} },
    logger: pino({ enabled: false }),
    sessions: {
      readLastSequence: async () => world.startAfter ?? 0,
      advance: async (_broker: string, { lastSequence }: SessionProgress) => {
        seen.cursors.push(lastSequence);
      },
    },
    clock: () => nowMs,
    sleep: async (ms: number, signal: AbortSignal): Promise<void> => {
      if (ms > 1_000) return sleep(60_000, undefined, { signal });
      if (ms < 1_000) return sleep(0);
      await sleep(2);
      nowMs += 500;
      ticks += 0.5;
      if (ticks >= (world.ticks ?? 5)) abort.abort();
    },
  };
  const ended = await pumpReports(deps as unknown as PumpReportsDeps, 'venue', {
    signal: abort.signal,
    onProgress: (last) => seen.beats.push(last),
  }).catch((error: Error) => error);
  return { ...seen, ended };
}

describe('the pump of execution reports', () => {
  it('tells workflows once more of cancels that nobody sees to', async () => {
    const seen = await pumpOver([], { forgotten: [{ orderId: 'o-1', actor: 'client' }] });
    expect(seen.canceled).toEqual(['o-1']);
  });

  it('delivers what no answer carried at once, and stores how far it has come', async () => {
    const seen = await pumpOver([[reportOf(1), reportOf(2)], [reportOf(3)]]);
    expect(seen.delivered).toEqual([1, 2, 3]);
    expect(seen.cursors.at(-1)).toBe(3);
    expect(seen.beats.at(-1)).toBe(3);
  });

  it('leaves what an answer carried to whoever got it, and delivers nothing when it is booked', async () => {
    const seen = await pumpOver([[reportOf(1, { inAnswer: true })]], { booked: ['x1'] });
    expect(seen.delivered).toEqual([]);
    expect(seen.cursors.at(-1)).toBe(1);
  });

  it('delivers what nobody booked once its grace is over: the answer was lost', async () => {
    const seen = await pumpOver([[reportOf(1, { inAnswer: true })]]);
    expect(seen.delivered).toEqual([1]);
  });

  it('never moves the cursor past a report that is still waiting', async () => {
    const seen = await pumpOver([[reportOf(1), reportOf(2, { inAnswer: true }), reportOf(3)]], {
      ticks: 1,
      booked: ['x2'],
    });
    expect(seen.delivered).toEqual([1, 3]);
    expect(Math.max(0, ...seen.cursors, ...seen.beats)).toBeLessThan(2);
  });

  it('never moves the cursor past a report whose delivery failed', async () => {
    const onDelivery = async (sequences: number[]) => {
      if (sequences.includes(2)) throw new Error('no Temporal');
    };
    const seen = await pumpOver([[reportOf(1)], [reportOf(2)], [reportOf(3)]], { onDelivery });
    expect(seen.ended).toMatchObject({ message: 'no Temporal' });
    expect(Math.max(0, ...seen.cursors, ...seen.beats)).toBeLessThan(2);
  });

  it('stores how far it has come within a long run', async () => {
    const onDelivery = async (sequences: number[]) => {
      if (sequences.includes(250)) throw new Error('no Temporal');
      await sleep(10);
    };
    const seen = await pumpOver([reportsUpTo(300)], { ticks: 100, onDelivery });
    expect(seen.delivered).toEqual(sequencesOf(reportsUpTo(200)));
    expect(seen.cursors.find((last) => last > 0)).toBe(100);
  });

  it('shows that it lives while a delivery takes long', async () => {
    const seen = await pumpOver([[reportOf(1)]], { ticks: 5, onDelivery: () => sleep(1_000) });
    expect(seen.beats.length).toBeGreaterThan(3);
    expect(Math.max(...seen.beats)).toBe(0);
  });

  it('goes on after the last sequence that was taken in, as the books have it', async () => {
    expect((await pumpOver([], { startAfter: 41 })).readFrom).toBe(41);
  });

  it('looks after stray orders', async () => {
    expect((await pumpOver([])).adoptions).toBe(1);
  });
});
