import type { BenchContext } from './bench-context.ts';
import type { LoadResult, Pace } from './paced-load.ts';
import { type LatencySummary, summarize } from './statistics.ts';
import { type ByGroup, perUnit } from './usage-meter.ts';

export interface CallFigures {
  readonly name: string;
  readonly pace: Pace;
  readonly latencyMs: LatencySummary | null;
  readonly perSecond: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly cpuMsPerCall: ByGroup;
  readonly othersShare: number;
}

/** Measures one kind of call at one pace. */
export async function runCalls(
  { meter }: BenchContext,
  name: string,
  pace: Pace,
  call: (pace: Pace) => Promise<LoadResult>,
): Promise<CallFigures> {
  const readUse = meter.start();
  const { latenciesMs, failures, elapsedMs } = await call(pace);
  const use = readUse();
  return {
    name,
    pace,
    latencyMs: summarize(latenciesMs),
    perSecond: (latenciesMs.length * 1000) / elapsedMs,
    failures,
    cpuMsPerCall: perUnit(use.cpuMs, Math.max(latenciesMs.length, 1)),
    othersShare: use.othersShare,
  };
}
