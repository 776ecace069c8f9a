import type { CallFigures } from './call-run.ts';
import type { BenchFigures } from './figures.ts';
import type { HistoryFigures } from './order-histories.ts';
import type { OrderFigures } from './order-run.ts';
import { overallRate, pairsWith, rateRatio } from './pair-figures.ts';
import type { FootprintPart } from './part-footprint.ts';
import type { OrderPart } from './part-orders.ts';
import type { SettlementPart } from './part-settlement.ts';
import { formatResting } from './report-resting.ts';
import type { SkeletonFigures } from './skeletons.ts';
import { type LatencySummary, mean } from './statistics.ts';
import { judgeTargets } from './targets.ts';
import { formatTable } from './text-table.ts';
import type { ByGroup } from './usage-meter.ts';

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const percentiles = (summary: LatencySummary | null): string[] =>
  summary ? [summary.p50, summary.p95, summary.p99].map(ms) : ['-', '-', '-'];
const share = (value: number): string => `${(value * 100).toFixed(0)} %`;

/**
 * The report for people. Milliseconds throughout, CPU in milliseconds of a core for one order or
 * call.
 */
export function formatReport(figures: BenchFigures): string {
  const { skeletons, orders, reads, auth, footprint, settlement, resting, machine } = figures;
  const calls = [...Object.values(reads ?? {}), ...Object.values(auth ?? {})] as CallFigures[];
  return [
    `${machine.date}  ${machine.gitCommit.slice(0, 10)}${machine.gitDirty ? ' and changes' : ''}  Node ${machine.node}  ` +
      `${machine.cpus} × ${machine.cpuModel}  load before: ${machine.loadAverage1m.toFixed(2)}${figures.quick ? '  (quick)' : ''}`,
    ...(skeletons
      ? ['', 'Skeletons: no-op steps on the same Temporal server', formatSkeletons(skeletons)]
      : []),
    ...(orders ? ['', ...formatOrders(orders)] : []),
    ...(calls.length > 0 ? ['', 'Reads, logins and token validation', formatCalls(calls)] : []),
    ...(footprint ? ['', ...formatFootprint(footprint)] : []),
    ...(settlement ? ['', ...formatSettlement(settlement)] : []),
    ...(resting ? ['', ...formatResting(resting)] : []),
    ...warnOfOthers(figures),
    ...[
      '',
      formatTable([['target', 'measured', 'met'], ...judgeTargets(figures).map(targetCells)]),
    ],
  ].join('\n');
}

const OTHERS_SHARE_MAX = 0.1;

/**
 * Latencies and rates are worth little when others worked on the machine; CPU figures and ratios
 * still hold.
 */
function warnOfOthers({ skeletons = [], orders, reads, auth }: BenchFigures): string[] {
  const pairs = orders?.pairs.flatMap(({ real, skeleton }) => [real, skeleton]) ?? [];
  const runs = [
    ...skeletons,
    ...(orders ? [orders.single, orders.steady, orders.minute, ...pairs] : []),
  ];
  const all = [...runs, ...Object.values(reads ?? {}), ...Object.values(auth ?? {})] as {
    othersShare: number;
  }[];
  const most = Math.max(0, ...all.map(({ othersShare }) => othersShare));
  if (most <= OTHERS_SHARE_MAX) return [];
  return [
    '',
    `Others used up to ${share(most)} of this machine meanwhile: go by CPU figures and ratios, or run again on a quiet machine.`,
  ];
}

const targetCells = ({
  target,
  measured,
  met,
}: ReturnType<typeof judgeTargets>[number]): string[] => [
  target,
  measured ?? 'not measured',
  met === null ? '-' : met ? 'yes' : 'NO',
];

export const describeSkeleton = ({
  workflowType,
  workerProcesses,
  eager,
  described,
}: SkeletonFigures): string => {
  const shapes = {
    oneLocal: 'one local activity',
    threeLocal: 'three local',
    localNormalLocal: 'local, normal, local',
  };
  const where = eager
    ? 'eager start, worker in the client'
    : `${workerProcesses} worker process${workerProcesses === 1 ? '' : 'es'}`;
  return `${shapes[workflowType]}, ${where}${described ? ', with search attributes' : ''}`;
};

function formatSkeletons(all: readonly SkeletonFigures[]): string {
  const head = [
    'shape',
    'clients',
    'ack p50',
    'p95',
    'p99',
    'orders/s',
    'CPU server',
    'workers',
    'client',
    'others',
  ];
  const rows = all.map((figures) => [
    describeSkeleton(figures),
    String(figures.concurrency),
    ...percentiles(figures.ackMs),
    figures.ordersPerSecond.toFixed(1),
    ...SKELETON_GROUPS.map((name) => (figures.cpuMsPerOrder[name] ?? 0).toFixed(1)),
    share(figures.othersShare),
  ]);
  return formatTable([head, ...rows]);
}

function formatOrders({
  single,
  steady,
  minute,
  histories,
  burstHistories,
  pairs,
}: OrderPart): string[] {
  const runs: [string, OrderFigures][] = [
    ['steady 20 a second', steady],
    ['steady 1,000 a minute', minute],
    ['1 client', single],
    ...pairs.map(({ workerProcesses, real }): [string, OrderFigures] => [
      `50 clients, ${workerProcesses} worker processes`,
      real,
    ]),
  ];
  const head = [
    'real path, market orders',
    'submit p50',
    'p95',
    'p99',
    'execution p50',
    'p95',
    'p99',
    'orders/s',
    'filled',
    'failed',
    'others',
  ];
  const rows = runs.map(([name, run]) => [
    name,
    ...percentiles(run.submitMs),
    ...percentiles(run.executionMs),
    run.ordersPerSecond.toFixed(1),
    `${run.statuses.FILLED ?? 0}/${run.count}`,
    String(
      Object.values(run.failures).reduce((sum, count) => sum + count, run.workflowsNotCompleted),
    ),
    share(run.othersShare),
  ]);
  const groups = Object.keys(steady.cpuMsPerOrder);
  const cpu = runs.map(([name, run]) => [
    name,
    ...cpuCells(run.cpuMsPerOrder, groups),
    run.statements.hubPerOrder.toFixed(2),
    run.statements.venuePerOrder.toFixed(2),
  ]);
  return [
    'The order path over HTTP: 20 accounts, 5 symbols, buys and sells',
    formatTable([head, ...rows]),
    '',
    `CPU ms per order by process, and statements per order (${steady.statements.source}) of the hub and of the venue`,
    formatTable([['run', ...groups, 'sum', 'hub SQL', 'venue SQL'], ...cpu]),
    '',
    `Histories of orders at 1,000 a minute: ${describeHistories(histories)}`,
    `Histories of orders in bursts: ${describeHistories(burstHistories)}`,
    '',
    'The real path against the one-task skeleton, in turns, 50 clients',
    formatTable([
      [
        'worker processes',
        'real orders/s',
        'skeleton orders/s',
        'ratio',
        'turns',
        'real CPU',
        'skeleton CPU',
      ],
      ...ratioRows(pairs),
    ]),
  ];
}

function ratioRows(pairs: OrderPart['pairs']): string[][] {
  return [...new Set(pairs.map(({ workerProcesses }) => workerProcesses))].map((count) => {
    const mine = pairsWith(pairs, count);
    const rates = [
      overallRate(mine.map(({ real }) => real)),
      overallRate(mine.map(({ skeleton }) => skeleton)),
    ];
    const cpu = [
      mean(mine.map(({ real }) => sumOf(real.cpuMsPerOrder))),
      mean(mine.map(({ skeleton }) => skeletonCpu(skeleton))),
    ];
    const [realRate, skeletonRate, realCpu, skeletonCpuMs] = [...rates, ...cpu].map((value) =>
      value.toFixed(1),
    );
    return [
      String(count),
      realRate ?? '',
      skeletonRate ?? '',
      rateRatio(mine).toFixed(2),
      String(mine.length),
      realCpu ?? '',
      skeletonCpuMs ?? '',
    ];
  });
}

const describeHistories = ({
  sampled,
  events,
  workflowTasks,
  oneTaskShare,
  historyBytesMean,
}: HistoryFigures): string =>
  `${events.mean.toFixed(1)} events (most ${events.max}), ${workflowTasks.mean.toFixed(2)} workflow tasks (most ${workflowTasks.max}), ` +
  `${share(oneTaskShare)} with one task, ${Math.round(historyBytesMean)} bytes; ${sampled} sampled`;

const sumOf = (use: ByGroup): number => Object.values(use).reduce((sum, value) => sum + value, 0);

const SKELETON_GROUPS = ['temporal', 'skeleton workers', 'skeleton client'];

/** The real stack idles meanwhile: what it uses is not the skeleton's. */
const skeletonCpu = ({ cpuMsPerOrder }: SkeletonFigures): number =>
  SKELETON_GROUPS.reduce((sum, name) => sum + (cpuMsPerOrder[name] ?? 0), 0);

const cpuCells = (cpu: ByGroup, groups: readonly string[]): string[] =>
  [...groups.map((name) => cpu[name] ?? 0), sumOf(cpu)].map((value) => value.toFixed(1));

function formatCalls(all: readonly CallFigures[]): string {
  const head = ['call', 'p50', 'p95', 'p99', 'calls/s', 'failed', 'CPU api', 'clients', 'others'];
  const rows = all.map(({ name, latencyMs, perSecond, failures, cpuMsPerCall, othersShare }) => [
    name,
    ...percentiles(latencyMs),
    perSecond.toFixed(0),
    String(Object.values(failures).reduce((sum, count) => sum + count, 0)),
    ...['api', 'clients'].map((group) => (cpuMsPerCall[group] ?? 0).toFixed(2)),
    share(othersShare),
  ]);
  return formatTable([head, ...rows]);
}

function formatFootprint({ orders, bytesPerOrder, memory }: FootprintPart): string[] {
  const mb = (bytes: number | undefined): string => ((bytes ?? 0) / 2 ** 20).toFixed(0);
  const rows = Object.keys(memory.after).map((name) => [
    name,
    mb(memory.before[name]),
    mb(memory.after[name]),
  ]);
  const kb = (bytes: number): string => (bytes / 1024).toFixed(1);
  return [
    `Storage of an order (over ${orders}): Temporal ${kb(bytesPerOrder.temporal)} kB, hub ${kb(bytesPerOrder.hub)} kB, venue ${kb(bytesPerOrder.paperBroker)} kB`,
    '',
    formatTable([['resident memory, MB', 'before', 'after'], ...rows]),
  ];
}

function formatSettlement({
  instructions,
  accounts,
  seconds,
  instructionsPerSecond,
  chunks,
  workerBytes,
  histories,
}: SettlementPart): string[] {
  const mostOf = (read: (history: SettlementPart['histories'][number]) => number) =>
    Math.max(0, ...histories.map(read));
  const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const memory =
    workerBytes === null
      ? 'not known'
      : `${mb(workerBytes.idle)} MB before, at most ${mb(workerBytes.peak)} MB`;
  return [
    `Settlement of ${instructions} executions of ${accounts} accounts in one run: ${instructionsPerSecond} a second, ` +
      `${seconds.toFixed(1)} s in ${chunks} chunks; every cent and share moved once`,
    `The worker's memory: ${memory}; ${histories.length} run(s) in the chain, the longest with ${mostOf(({ events }) => events)} events, ` +
      `${(mostOf(({ bytes }) => bytes) / 1024).toFixed(0)} kB`,
  ];
}
