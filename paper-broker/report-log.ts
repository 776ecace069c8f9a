import type { Report } from './order.ts';

/** How many of the newest reports are kept in memory; older ones are read from the database. */
const RECENT_REPORTS_MAX = 4_096;

/**
 * The durable reports in order of sequence, as the streams read them: the newest from memory, older
 * ones by `readHistory`. Only what is committed comes in, so a stream never tells what a crash
 * could undo.
 */
export interface ReportLog {
  lastSequence(): number;
  /** Adds reports that directly follow the last one. */
  append(reports: readonly Report[]): void;
  /**
   * After a recovery: reports up to `sequence` are durable, though they did not all pass through
   * here.
   */
  skipTo(sequence: number): void;
  /** At most `limit` reports after `afterSequence`, oldest first; empty when there is none yet. */
  readAfter(afterSequence: number, limit: number): Promise<readonly Report[]>;
  /** Resolves when there is a report after `afterSequence`, or when `signal` aborts. */
  waitBeyond(afterSequence: number, signal: AbortSignal): Promise<void>;
}

export function createReportLog(options: {
  readHistory: (afterSequence: number, limit: number) => Promise<readonly Report[]>;
}): ReportLog {
  let recent: Report[] = [];
  let last = 0;
  const waiters = new Set<() => void>();

  const wake = (): void => {
    for (const resume of waiters) resume();
    waiters.clear();
  };

  return {
    lastSequence: () => last,
    append(reports) {
      const first = reports[0];
      const newest = reports.at(-1);
      if (!first || !newest) return;
      if (first.sequence !== last + 1)
        throw new RangeError(`report ${first.sequence} does not follow ${last}`);
      recent.push(...reports);
      // Cut only when twice the size is reached, so that it costs little per report.
      if (recent.length > 2 * RECENT_REPORTS_MAX) recent = recent.slice(-RECENT_REPORTS_MAX);
      last = newest.sequence;
      wake();
    },
    skipTo(sequence) {
      if (sequence === last) return;
      recent = [];
      last = sequence;
      wake();
    },
    async readAfter(afterSequence, limit) {
      if (afterSequence >= last) return [];
      const first = recent[0]?.sequence;
      if (first === undefined || afterSequence + 1 < first)
        return options.readHistory(afterSequence, limit);
      const from = afterSequence + 1 - first;
      return recent.slice(from, from + limit);
    },
    waitBeyond(afterSequence, signal) {
      if (last > afterSequence || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          waiters.delete(done);
          resolve();
        };
        signal.addEventListener('abort', done);
        waiters.add(done);
      });
    },
  };
}
