import type { Clock } from '../../contracts/clock.ts';
import type { BrokerSessions } from '../../contracts/ports/broker-sessions.ts';
import type { AdoptOrphanedOrders } from './adopt-orphaned-orders.ts';
import type { AdoptStrayOrders } from './adopt-stray-orders.ts';
import { type AnsweredReports, createAnsweredReports } from './answered-reports.ts';
import type { DeliverReports } from './deliver-reports.ts';
import type { FindUnbooked } from './find-unbooked.ts';
import { gatherRuns } from './gather-runs.ts';
import type { ReadInSequence } from './read-in-sequence.ts';

export interface PumpReportsDeps {
  readInSequence: ReadInSequence;
  deliverReports: DeliverReports;
  findUnbooked: FindUnbooked;
  sessions: BrokerSessions;
  adoptStrayOrders: AdoptStrayOrders;
  adoptOrphanedOrders: AdoptOrphanedOrders;
  clock: Clock;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface PumpOptions {
  /** Last sequence that an earlier attempt had taken in; the stored one counts when it is greater. */
  resumeAfter: number;
  signal: AbortSignal;
  /** Called with the last sequence that is wholly taken in, about once a second. */
  onProgress: (lastSequence: number) => void;
}

const TICK_MS = 1_000;
const ADOPT_EVERY_MS = 30_000;
/** The comparison reads all open orders: not with each attempt that follows a hiccup of the venue's. */
const ADOPT_ORPHANS_FIRST_MS = 60_000;
const ADOPT_ORPHANS_EVERY_MS = 600_000;
/** So that progress is stored within a long run too: a reader that takes over repeats little. */
const REPORTS_PER_DELIVERY = 100;
/** So many signals in a second an order gets at most, however fast it fills: 20. */
const DELIVER_EVERY_MS = 50;

/**
 * Takes in a broker's execution reports from where the last reader was: each goes to its order's workflow, or gets a workflow of its own when that
 * has ended. Delivered at least once; booking makes that exactly once. Reports that an answer carried as well are left to whoever got the
 * answer, and looked at again after a grace. Ends when `signal` aborts, throws when a step fails: the next attempt goes on.
 */
export function createPumpReports(deps: PumpReportsDeps) {
  const { readInSequence, deliverReports, findUnbooked, sessions, adoptStrayOrders, adoptOrphanedOrders, clock, sleep } = deps;

  return async function pumpReports(brokerName: string, { resumeAfter, signal, onProgress }: PumpOptions): Promise<void> {
    const answered = createAnsweredReports(Math.max(resumeAfter, await sessions.readLastSequence(brokerName)));
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    let taken = answered.lastRead();
    const settleAnswered = async () => {
      taken = await settle(brokerName, answered, taken);
    };
    try {
      await Promise.race([
        readStream(brokerName, answered, either),
        every(TICK_MS, either, settleAnswered),
        // Apart from the others: a long delivery must not look like a dead worker.
        every(TICK_MS, either, async () => onProgress(taken)),
        every(ADOPT_EVERY_MS, either, adoptStrayOrders),
        sweepOrphans(either),
      ]);
    } finally {
      stop.abort();
    }
  };

  async function readStream(brokerName: string, answered: AnsweredReports, signal: AbortSignal): Promise<void> {
    const runs = readInSequence(brokerName, answered.lastRead(), signal);
    for await (const run of gatherRuns(runs, { gapMs: DELIVER_EVERY_MS, sleep: (ms) => sleep(ms, signal) })) {
      for (let start = 0; start < run.length; start += REPORTS_PER_DELIVERY) {
        const some = run.slice(start, start + REPORTS_PER_DELIVERY);
        await deliverReports(some.filter((report) => !report.inAnswer));
        answered.take(some, clock());
      }
    }
  }

  /** Deals with what is due and stores how far everything is taken in; returns that. */
  async function settle(brokerName: string, answered: AnsweredReports, stored: number): Promise<number> {
    const due = answered.due(clock());
    await deliverReports(await findUnbooked(due));
    const taken = answered.settle(due);
    if (taken > stored) await sessions.advance(brokerName, taken);
    return taken;
  }

  async function sweepOrphans(signal: AbortSignal): Promise<void> {
    await sleep(ADOPT_ORPHANS_FIRST_MS, signal);
    await every(ADOPT_ORPHANS_EVERY_MS, signal, adoptOrphanedOrders);
  }

  async function every(ms: number, signal: AbortSignal, act: () => Promise<unknown>): Promise<void> {
    while (!signal.aborted) {
      await act();
      await sleep(ms, signal);
    }
  }
}

export type PumpReports = ReturnType<typeof createPumpReports>;
