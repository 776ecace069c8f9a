import type { Brokers, ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ReportObserver } from '../../contracts/broker-session/report-observer.ts';
import type { Clock } from '../../contracts/clock.ts';
import { type RaiseBreakDeps, raiseBreak } from '../executions/raise-break.ts';
import { createReportSequence, type ReportGap, type ReportSequence } from './report-sequence.ts';

export interface ReadInSequenceDeps extends RaiseBreakDeps {
  brokers: Brokers;
  observer: RaiseBreakDeps['observer'] & ReportObserver;
  clock: Clock;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A report that overtook another is normally followed by it sooner. */
const GAP_STANDS_MS = 500;
/** A stream that says nothing although it owes reports is read again too. */
const SILENT_STREAM_MS = 5_000;
const REREADS_MAX = 3;
const EARLY_REPORTS_MAX = 10_000;

interface Reading {
  startAfter: number;
  signal: AbortSignal;
  /** The broker has said something, a sign of life at the least. */
  onHeard?: () => void;
}

/**
 * The broker's reports after `startAfter` in runs without gaps or repetitions. Where reports are
 * missing for 500 ms, the stream is read again from before them; after three times in vain the gap
 * is raised as a break and passed over. Throws when the broker ends the stream.
 */
export async function* readInSequence(
  deps: ReadInSequenceDeps,
  broker: string,
  { startAfter, signal, onHeard = () => {} }: Reading,
): AsyncGenerator<ExecutionReport[]> {
  const sequence = createReportSequence({ startAfter, keptMax: EARLY_REPORTS_MAX });
  let rereads = 0;
  let gapAt = -1;
  for (;;) {
    const gap = yield* readUntilGapStands(deps, broker, sequence, { signal, onHeard });
    rereads = gap.from === gapAt ? rereads + 1 : 1;
    gapAt = gap.from;
    if (rereads === 1) deps.observer.gapFound(broker);
    if (rereads <= REREADS_MAX) {
      deps.logger.warn(
        { broker, gap, rereads },
        'execution reports are missing: the stream is read again',
      );
      continue;
    }
    await raiseBreak(deps, gapBreak(broker, gap));
    const behind = sequence.passOverGap();
    if (behind.length > 0) yield behind;
  }
}

async function* readUntilGapStands(
  { brokers, observer, clock, sleep }: ReadInSequenceDeps,
  broker: string,
  sequence: ReportSequence,
  { signal, onHeard }: { signal: AbortSignal; onHeard: () => void },
): AsyncGenerator<ExecutionReport[], ReportGap> {
  const reading = new AbortController();
  const stream = brokers
    .of(broker)
    .streamExecutionReports(sequence.last(), AbortSignal.any([signal, reading.signal]))
    [Symbol.asyncIterator]();
  const standing = createStandingGap();
  try {
    for (;;) {
      const gap = sequence.gap();
      const waitingSince = clock();
      const next = await nextWithin(stream.next(), standing.patienceMs(gap), sleep);
      if (next === null && gap !== null) return gap;
      if (next === null || next.done === true)
        throw new Error('The broker ended the stream of execution reports');
      onHeard();
      standing.heard(clock() - waitingSince, next.value);
      const { run, repeated } = sequence.take(next.value);
      if (repeated > 0) observer.reportsRepeated(broker, repeated);
      if (run.length > 0) yield run;
    }
  } finally {
    reading.abort();
  }
}

/**
 * `null` when nothing came in time. A read that was given up ends by its stream's signal, and how
 * is of no interest.
 */
async function nextWithin<T>(
  read: Promise<T>,
  patienceMs: number | null,
  sleep: ReadInSequenceDeps['sleep'],
): Promise<T | null> {
  if (patienceMs === null) return read;
  const timer = new AbortController();
  const timeIsUp = sleep(patienceMs, timer.signal).then(
    () => null,
    () => null,
  );
  read.catch(() => null);
  try {
    return await Promise.race([read, timeIsUp]);
  } finally {
    timer.abort();
  }
}

/**
 * How long the first gap has stood in one reading of the stream; only time spent listening counts,
 * not that of delivering.
 */
function createStandingGap() {
  let from: number | null = null;
  let stoodMs = 0;
  let hasSpoken = false;
  return {
    /** How much longer it may stand; `null`: nothing is missing. */
    patienceMs(gap: ReportGap | null): number | null {
      if (gap?.from !== from) stoodMs = 0;
      from = gap?.from ?? null;
      if (gap === null) return null;
      return Math.max(0, (hasSpoken ? GAP_STANDS_MS : SILENT_STREAM_MS) - stoodMs);
    },
    /** A sign of life tells nothing of the reports that the stream owes. */
    heard(waitedMs: number, reports: readonly ExecutionReport[]): void {
      const isSignOfLife = reports.length === 0;
      stoodMs = hasSpoken || isSignOfLife ? stoodMs + waitedMs : 0;
      hasSpoken ||= !isSignOfLife;
    },
  };
}

const gapBreak = (broker: string, { from, to }: ReportGap) => ({
  key: `gap/${broker}/${from}`,
  kind: 'REPORT_GAP' as const,
  broker,
  orderId: null,
  brokerExecutionId: null,
  details: { from, to },
});
