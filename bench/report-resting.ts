import type { BulkFigures, RestartFigures, RestingPart, SubmitRounds } from './part-resting.ts';
import { formatTable } from './text-table.ts';

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const mb = (bytes: number | undefined): string => ((bytes ?? 0) / 2 ** 20).toFixed(0);

/** The part of the resting orders for people. */
export function formatResting({
  orders,
  place,
  cancel,
  memory,
  submit,
  idleShare,
  restart,
}: RestingPart): string[] {
  const processes = Object.keys(memory[0]?.bytes ?? {});
  const cpuCells = ({ cpuMsPerOrder }: Pick<SubmitRounds, 'cpuMsPerOrder'>) =>
    processes.map((name) => (cpuMsPerOrder[name] ?? 0).toFixed(1));
  return [
    `${orders} orders that rest: placed ${describeBulk(place)}; canceled ${describeBulk(cancel)}; both books agree afterwards`,
    '',
    formatTable([
      ['submissions at a steady 20 a second', 'p50', 'p95', 'p99', 'rounds p99', 'others'],
      ['no order rests', ...submitCells(submit.empty)],
      [`${orders} rest`, ...submitCells(submit.resting)],
      ...(submit.asking
        ? [[`${orders} rest, the venue being asked about them`, ...submitCells(submit.asking)]]
        : []),
      ['all canceled', ...submitCells(submit.emptied)],
      ['no order rests, workers just restarted', ...restartCells(restart.empty)],
      [`${orders} rest, workers just restarted`, ...restartCells(restart.resting)],
    ]),
    '',
    formatTable([
      ['resident memory, MB', ...processes, 'cached workflows'],
      ...memory.map(({ resting, bytes, cachedWorkflows }, index) => [
        index === memory.length - 1 ? 'all canceled' : `${resting} rest`,
        ...processes.map((name) => mb(bytes[name])),
        String(cachedWorkflows),
      ]),
    ]),
    '',
    formatTable([
      ['CPU ms per order', ...processes],
      ['market orders at 20 a second, no order rests', ...cpuCells(submit.empty)],
      [`market orders at 20 a second, ${orders} rest`, ...cpuCells(submit.resting)],
      ['resting orders, placed', ...cpuCells(place)],
      ['resting orders, canceled', ...cpuCells(cancel)],
    ]),
    '',
    formatTable([
      ['use while nothing comes in, % of a core', ...processes],
      ['no order rests', ...processes.map((name) => percent(idleShare.empty[name]))],
      [`${orders} rest`, ...processes.map((name) => percent(idleShare.resting[name]))],
    ]),
    '',
    `A killed worker, once ready again: ${describeRestart(restart.empty)} with no order resting; ${describeRestart(restart.resting)} with ${orders}`,
  ];
}

const describeBulk = ({
  seconds,
  perSecond,
  answeredPerSecond,
  latencyMs,
  failed,
}: BulkFigures): string =>
  `in ${seconds.toFixed(0)} s, ${perSecond.toFixed(0)} a second (answered: ${answeredPerSecond.toFixed(0)}, p99 ${ms(latencyMs.p99)} ms, ${failed} made again)`;

const submitCells = ({ all, rounds, othersShare }: SubmitRounds): string[] => [
  ...[all.p50, all.p95, all.p99].map(ms),
  rounds.map(({ p99 }) => ms(p99)).join(' '),
  `${(othersShare * 100).toFixed(0)} %`,
];

const restartCells = ({ submitMs }: RestartFigures): string[] =>
  [submitMs.p50, submitMs.p95, submitMs.p99].map(ms);

const percent = (share: number | undefined): string => ((share ?? 0) * 100).toFixed(1);

const describeRestart = ({ cpuSeconds, counts }: RestartFigures): string =>
  `${cpuSeconds.toFixed(1)} CPU s, ${counts.workflowTasks} workflow tasks, ${counts.replays} replays`;
