import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';

export interface GatherOptions {
  /** From one run that leaves to the next; what comes meanwhile leaves together. */
  gapMs: number;
  sleep: (ms: number) => Promise<void>;
}

/** No further report is awaited for a run of so many. */
const GATHERED_MAX = 1_000;

const over = (): null => null;

/**
 * Puts runs that follow one another closely into one; the first after a silence leaves at once. An
 * order that fills every few milliseconds would else get a signal for each fill, and the server
 * throws away a workflow task during which a hundred signals come in.
 */
export async function* gatherRuns(
  runs: AsyncIterable<ExecutionReport[]>,
  { gapMs, sleep }: GatherOptions,
): AsyncGenerator<ExecutionReport[]> {
  const iterator = runs[Symbol.asyncIterator]();
  const readAhead = (): Promise<IteratorResult<ExecutionReport[]>> => {
    const result = iterator.next();
    // Thrown where it is awaited: that may be a delivery later.
    result.catch(() => null);
    return result;
  };
  try {
    let next = readAhead();
    let gap: Promise<null> = Promise.resolve(null);
    for (;;) {
      const gathered: ExecutionReport[] = [];
      let isGapOver = false;
      while (gathered.length === 0 || (!isGapOver && gathered.length < GATHERED_MAX)) {
        const come = isGapOver ? await next : await Promise.race([gap, next]);
        if (come === null) {
          isGapOver = true;
          continue;
        }
        if (come.done) {
          if (gathered.length > 0) yield gathered;
          return;
        }
        gathered.push(...come.value);
        next = readAhead();
      }
      gap = sleep(gapMs).then(over, over);
      yield gathered;
    }
  } finally {
    // Not waited for: what was read ahead ends by the stream's own signal, which may come only
    // after this.
    iterator.return?.().catch(() => null);
  }
}
