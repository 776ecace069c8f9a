import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';

/** The reports `from` to `to`, both included, are missing while later ones are here. */
export interface ReportGap {
  from: number;
  to: number;
}

export interface TakenBatch {
  /** What follows the last report taken, without a gap. */
  run: ExecutionReport[];
  /** How many had been taken before, or wait already. */
  repeated: number;
}

/**
 * Puts a broker's numbered reports in their order, in whatever order and however often they come:
 * each leaves once. What came too early waits, at most `keptMax` of it; of more the latest are let
 * go and count as missing, so that the stream is read again for them.
 */
export function createReportSequence({
  startAfter,
  keptMax,
}: {
  startAfter: number;
  keptMax: number;
}) {
  const early = new Map<number, ExecutionReport>();
  let last = startAfter;
  let highestSeen = startAfter;

  function takeRun(): ExecutionReport[] {
    const run: ExecutionReport[] = [];
    for (let next = early.get(last + 1); next !== undefined; next = early.get(last + 1)) {
      early.delete(next.sequence);
      last = next.sequence;
      run.push(next);
    }
    return run;
  }

  function letGoOfLatest(): void {
    if (early.size <= keptMax) return;
    const sequences = [...early.keys()].sort((a, b) => a - b);
    for (const sequence of sequences.slice(keptMax)) early.delete(sequence);
  }

  function gap(): ReportGap | null {
    if (highestSeen <= last) return null;
    let firstKept = highestSeen + 1;
    for (const sequence of early.keys()) firstKept = Math.min(firstKept, sequence);
    return { from: last + 1, to: firstKept - 1 };
  }

  return {
    /** Every report up to this one has left, or was given up. */
    last: (): number => last,

    take(batch: readonly ExecutionReport[]): TakenBatch {
      let repeated = 0;
      for (const report of batch) {
        if (report.sequence <= last || early.has(report.sequence)) repeated += 1;
        else early.set(report.sequence, report);
        highestSeen = Math.max(highestSeen, report.sequence);
      }
      const run = takeRun();
      letGoOfLatest();
      return { run, repeated };
    },

    gap,

    /** Gives up what is missing first, and answers with the run behind it. */
    passOverGap(): ExecutionReport[] {
      last = gap()?.to ?? last;
      return takeRun();
    },
  };
}

export type ReportSequence = ReturnType<typeof createReportSequence>;
