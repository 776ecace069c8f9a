import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How calls follow one another. `closed`: so many clients, each sends its next call when it has its
 * answer. `open`: calls are due at a steady rate whatever the answers do, and a latency counts from
 * when its call was due, so that a stall hides nobody's wait.
 */
export type Pace =
  | { readonly kind: 'closed'; readonly concurrency: number; readonly count: number }
  | { readonly kind: 'open'; readonly ratePerSecond: number; readonly count: number };

export interface LoadResult {
  /** When the first call was sent, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  /** Of the calls that went well, in milliseconds. */
  readonly latenciesMs: number[];
  /** How many calls failed, by reason. */
  readonly failures: Record<string, number>;
}

/** The generator may fall behind by one timer tick; it then sends what is due at once. */
const TICK_MS = 1;

/** Makes `pace.count` calls, numbered from 0. What `call` throws is counted by its message. */
export async function runPaced(
  pace: Pace,
  call: (index: number) => Promise<unknown>,
): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const failures: Record<string, number> = {};
  const startedAtMs = Date.now();
  const start = performance.now();
  const measure = async (index: number, since: number): Promise<void> => {
    try {
      await call(index);
      latenciesMs.push(performance.now() - since);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures[reason] = (failures[reason] ?? 0) + 1;
    }
  };
  if (pace.kind === 'closed') await runClosed(pace, measure);
  else await runOpen(pace, start, measure);
  return { startedAtMs, elapsedMs: performance.now() - start, latenciesMs, failures };
}

type Measure = (index: number, since: number) => Promise<void>;

async function runClosed(
  { concurrency, count }: Extract<Pace, { kind: 'closed' }>,
  measure: Measure,
): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) await measure(next++, performance.now());
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, client));
}

async function runOpen(
  { ratePerSecond, count }: Extract<Pace, { kind: 'open' }>,
  start: number,
  measure: Measure,
): Promise<void> {
  const underWay: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const dueAt = start + (index * 1000) / ratePerSecond;
    while (performance.now() < dueAt) await sleep(Math.max(dueAt - performance.now(), TICK_MS));
    underWay.push(measure(index, dueAt));
  }
  await Promise.all(underWay);
}
