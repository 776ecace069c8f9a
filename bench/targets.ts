import type { CallFigures } from './call-run.ts';
import type { BenchFigures } from './figures.ts';
import { mergedLatencies, overallRate, pairsWith, rateRatio } from './pair-figures.ts';
import type { RestingPart } from './part-resting.ts';
import { summarize } from './statistics.ts';

export interface TargetRow {
  readonly target: string;
  /** `null`: not measured in this run. */
  readonly measured: string | null;
  readonly met: boolean | null;
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** Each target with what this run measured. */
export function judgeTargets({ orders, reads, auth, resting }: BenchFigures): TargetRow[] {
  const pairs = pairsWith(orders?.pairs ?? [], 1);
  const burst = summarize(mergedLatencies(pairs));
  const ratio = pairs.length > 0 ? rateRatio(pairs) : undefined;
  const ordersPerMinute =
    pairs.length > 0 ? overallRate(pairs.map(({ real }) => real)) * 60 : undefined;
  const histories = orders?.histories;
  return [
    atMost('submit p50 at a steady 20/s', 10, orders?.steady.submitMs?.p50, ms),
    atMost('submit p99 at a steady 20/s', 30, orders?.steady.submitMs?.p99, ms),
    atLeast(
      'orders/s of the one-task skeleton, at 50',
      0.75,
      ratio,
      (value) => `${value.toFixed(2)} ×`,
    ),
    atLeast('orders a minute, at 50', 2_000, ordersPerMinute, (value) =>
      Math.round(value).toLocaleString('en'),
    ),
    atMost('submit p99 at 50', 350, burst?.p99, ms),
    atMost('history events of an order, mean', 12, histories?.events.mean, (value) =>
      value.toFixed(1),
    ),
    atMost('workflow tasks of an order, mean', 1, histories?.workflowTasks.mean, (value) =>
      value.toFixed(2),
    ),
    atMost('execution p99 at 1,000 a minute', 2_000, orders?.minute.executionMs?.p99, ms),
    ofCalls('portfolio summary p95', 50, reads?.summaryAt100, 'p95'),
    ofCalls('portfolio summary p95', 50, reads?.summaryAt100PerSecond, 'p95'),
    ofCalls('cached quote p99', 10, reads?.quoteAt1, 'p99'),
    ofCalls('cached quote p99', 10, reads?.quoteAt100, 'p99'),
    ofCalls('cached quote p99', 10, reads?.quoteAt100PerSecond, 'p99'),
    ofCalls('login p95', 100, auth?.loginAt1, 'p95'),
    ofCalls('login p95', 100, auth?.loginAt4, 'p95'),
    ofCalls('token validation p95', 10, auth?.validationAt1, 'p95'),
    ofCalls('token validation p95', 10, auth?.validationAt50, 'p95'),
    ...ofResting(resting),
  ];
}

type Format = (value: number) => string;

const atMost = (
  what: string,
  limit: number,
  value: number | undefined,
  format: Format,
): TargetRow => ({
  target: `${what} ≤ ${format(limit)}`,
  measured: value === undefined ? null : format(value),
  met: value === undefined ? null : value <= limit,
});

const atLeast = (
  what: string,
  limit: number,
  value: number | undefined,
  format: Format,
): TargetRow => ({
  target: `${what} ≥ ${format(limit)}`,
  measured: value === undefined ? null : format(value),
  met: value === undefined ? null : value >= limit,
});

/** Against the same in the empty system, or with the first of the orders, in the same run. */
function ofResting(resting: RestingPart | undefined): TargetRow[] {
  const { empty, resting: full } = resting?.submit ?? {};
  const workers = resting?.memory.map(({ bytes }) => bytes.workers ?? 0) ?? [];
  const ratio = (one?: number, other?: number) => (one && other ? one / other : undefined);
  const times: Format = (value) => `${value.toFixed(2)} ×`;
  return [
    atMost(
      'submit p50 with all resting, of the empty system',
      1.5,
      ratio(full?.all.p50, empty?.all.p50),
      times,
    ),
    atMost(
      'submit p99 with all resting, of the empty system',
      1.5,
      ratio(full?.all.p99, empty?.all.p99),
      times,
    ),
    atMost(
      "workers' memory with all resting, of the first step",
      1.25,
      ratio(workers.at(-2), workers[1]),
      times,
    ),
  ];
}

/** The figures' own name says with how many clients. */
function ofCalls(
  what: string,
  limitMs: number,
  figures: CallFigures | undefined,
  percentile: 'p95' | 'p99',
): TargetRow {
  const clients = figures ? `, ${figures.name.split(', ')[1]}` : '';
  const value = figures?.latencyMs?.[percentile];
  return {
    target: `${what}${clients} < ${ms(limitMs)}`,
    measured: value === undefined ? null : ms(value),
    met: value === undefined ? null : value < limitMs,
  };
}
