import type { BrokerSessions } from '../../contracts/broker-session/broker-sessions.ts';
import type { Bound } from '../bind.ts';
import { type AdoptOrdersDeps, adoptOrphanedOrders, adoptStrayOrders } from './adopt-orders.ts';
import { type AnsweredReports, createAnsweredReports, findUnbooked } from './answered-reports.ts';
import { type DeliverReportsDeps, deliverReports } from './deliver-reports.ts';
import { gatherRuns } from './gather-runs.ts';
import { type ReadInSequenceDeps, readInSequence } from './read-in-sequence.ts';
import { type RepeatCancelsDeps, repeatForgottenCancels } from './repeat-cancels.ts';
import { createSessionProgress, type StoredProgress } from './session-progress.ts';

export interface PumpReportsDeps extends ReadInSequenceDeps, DeliverReportsDeps {
  observer: ReadInSequenceDeps['observer'] & DeliverReportsDeps['observer'];
  workflows: DeliverReportsDeps['workflows'] &
    AdoptOrdersDeps['workflows'] &
    RepeatCancelsDeps['workflows'];
  sessions: BrokerSessions;
}

export interface PumpOptions {
  signal: AbortSignal;
  /** Called with the last sequence that is wholly taken in, about once a second. */
  onProgress: (lastSequence: number) => void;
}

const TICK_MS = 1_000;
const ADOPT_EVERY_MS = 30_000;
/**
 * The comparison reads all open orders: not with each attempt that follows a hiccup of the
 * broker's.
 */
const ADOPT_ORPHANS_FIRST_MS = 60_000;
const ADOPT_ORPHANS_EVERY_MS = 600_000;
/** So that progress is stored within a long run too: a reader that takes over repeats little. */
const REPORTS_PER_DELIVERY = 100;
/** So many signals in a second an order gets at most, however fast it fills: 20. */
const DELIVER_EVERY_MS = 50;

/**
 * Takes in a broker's execution reports from where our books say that the last reader was (books
 * that were restored from a backup know what they lack, Temporal does not): each goes to its
 * order's workflow, or gets a workflow of its own when that has ended. Delivered at least once;
 * booking makes that exactly once. Reports that an answer carried as well are left to whoever got
 * the answer, and looked at again after a grace. Looks after the broker's orders that have no
 * workflow, and cancels that nobody sees to. Ends when `signal` aborts, throws when a step fails:
 * the next attempt goes on.
 */
export async function pumpReports(
  deps: PumpReportsDeps,
  broker: string,
  { signal, onProgress }: PumpOptions,
): Promise<void> {
  const answered = createAnsweredReports(await deps.sessions.readLastSequence(broker));
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const every = (ms: number, act: () => Promise<unknown>) =>
    repeat(deps, { ms, signal: either }, act);
  const progress = createSessionProgress(deps, broker, answered.lastRead());
  try {
    await Promise.race([
      readStream(deps, broker, answered, { signal: either, onHeard: progress.heard }),
      every(TICK_MS, () => finishAnswered(deps, broker, answered, progress)),
      // Apart from the others: a long delivery must not look like a dead worker.
      every(TICK_MS, async () => onProgress(progress.lastStored())),
      every(ADOPT_EVERY_MS, () => adoptStrayOrders(deps, broker)),
      every(ADOPT_EVERY_MS, () => repeatForgottenCancels(deps, broker)),
      deps
        .sleep(ADOPT_ORPHANS_FIRST_MS, either)
        .then(() => every(ADOPT_ORPHANS_EVERY_MS, () => adoptOrphanedOrders(deps, broker))),
    ]);
  } finally {
    stop.abort();
  }
}

/** What the activity under `broker-session/<name>` calls. */
export const brokerSessionUseCases = { pumpReports };
export type BrokerSessionUseCases = Bound<typeof brokerSessionUseCases>;

async function readStream(
  deps: PumpReportsDeps,
  broker: string,
  answered: AnsweredReports,
  { signal, onHeard }: { signal: AbortSignal; onHeard: () => void },
): Promise<void> {
  const runs = readInSequence(deps, broker, { startAfter: answered.lastRead(), signal, onHeard });
  for await (const run of gatherRuns(runs, {
    gapMs: DELIVER_EVERY_MS,
    sleep: (ms) => deps.sleep(ms, signal),
  })) {
    for (let start = 0; start < run.length; start += REPORTS_PER_DELIVERY) {
      const some = run.slice(start, start + REPORTS_PER_DELIVERY);
      const unanswered = some.filter((report) => !report.inAnswer);
      await deliverReports(deps, broker, unanswered);
      answered.take(some, deps.clock());
    }
  }
}

/** Deals with what is due, and stores how far everything is taken in. */
async function finishAnswered(
  deps: PumpReportsDeps,
  broker: string,
  answered: AnsweredReports,
  progress: StoredProgress,
): Promise<void> {
  const due = answered.due(deps.clock());
  await deliverReports(deps, broker, await findUnbooked(deps, broker, due));
  await progress.store(answered.finish(due));
}

async function repeat(
  { sleep }: PumpReportsDeps,
  { ms, signal }: { ms: number; signal: AbortSignal },
  act: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    await act();
    await sleep(ms, signal);
  }
}
