import type { Pair } from './part-orders.ts';

export const pairsWith = (pairs: readonly Pair[], workerProcesses: number): Pair[] =>
  pairs.filter((pair) => pair.workerProcesses === workerProcesses);

export const mergedLatencies = (pairs: readonly Pair[]): number[] =>
  pairs.flatMap(({ real }) => real.submitLatenciesMs);

/** Orders a second over several bursts: all orders by all the time that they took. */
export function overallRate(
  runs: readonly { readonly count: number; readonly elapsedMs: number }[],
): number {
  const orders = runs.reduce((sum, { count }) => sum + count, 0);
  return (orders * 1000) / runs.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
}

/** The real path's rate over the skeleton's, in bursts that took turns. */
export const rateRatio = (pairs: readonly Pair[]): number =>
  overallRate(pairs.map(({ real }) => real)) / overallRate(pairs.map(({ skeleton }) => skeleton));
