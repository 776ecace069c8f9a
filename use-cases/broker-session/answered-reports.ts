import type { ExecutionReport } from '../../contracts/ports/broker.ts';

/** Whoever got the answer has normally booked it by then. */
const ANSWER_GRACE_MS = 2_000;

/**
 * Keeps the reports that an answer carried as well until their grace is over, and knows up to which sequence everything is taken in:
 * a reader that starts there misses nothing.
 */
export function createAnsweredReports(startAfter: number) {
  let lastRead = startAfter;
  let waiting: { report: ExecutionReport; dueAtMs: number }[] = [];

  return {
    lastRead: (): number => lastRead,

    /** The batch has been read, and all in it that no answer carried has been delivered. */
    take(batch: readonly ExecutionReport[], nowMs: number): void {
      lastRead = batch.at(-1)?.sequence ?? lastRead;
      for (const report of batch) {
        if (report.inAnswer) waiting.push({ report, dueAtMs: Math.min(Date.parse(report.time), nowMs) + ANSWER_GRACE_MS });
      }
    },

    due: (nowMs: number): ExecutionReport[] => waiting.filter(({ dueAtMs }) => dueAtMs <= nowMs).map(({ report }) => report),

    /** The reports have been dealt with. Returns the last sequence up to which all have. */
    settle(done: readonly ExecutionReport[]): number {
      const sequences = new Set(done.map((report) => report.sequence));
      waiting = waiting.filter(({ report }) => !sequences.has(report.sequence));
      const [first] = waiting;
      return first ? first.report.sequence - 1 : lastRead;
    },
  };
}

export type AnsweredReports = ReturnType<typeof createAnsweredReports>;
