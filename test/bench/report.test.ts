import { describe, expect, it } from 'vitest';
import type { BenchFigures } from '../../bench/figures.ts';
import { overallRate } from '../../bench/pair-figures.ts';
import { formatReport } from '../../bench/report.ts';
import { statementsBetween } from '../../bench/statement-count.ts';
import { judgeTargets } from '../../bench/targets.ts';
import { formatTable } from '../../bench/text-table.ts';

const MACHINE: BenchFigures['machine'] = {
  date: '2026-11-24T07:00:00.000Z',
  gitCommit: 'abcdef0123456789',
  gitDirty: false,
  node: 'v24.21.0',
  platform: 'linux x64 6.0',
  cpuModel: 'test',
  cpus: 2,
  memoryGb: 8,
  loadAverage1m: 0,
};

const calls = (name: string, p95: number) => ({
  name,
  pace: { kind: 'closed', concurrency: 1, count: 10 } as const,
  latencyMs: { count: 10, p50: 1, p95, p99: p95, max: p95 },
  perSecond: 100,
  failures: {},
  cpuMsPerCall: {},
  othersShare: 0,
});

describe('the targets', () => {
  it('are neither met nor missed by a part that was not measured', () => {
    const rows = judgeTargets({ machine: MACHINE, quick: true });
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.every(({ measured, met }) => measured === null && met === null)).toBe(true);
  });

  it('are missed at the limit where they ask for less', () => {
    const auth = {
      loginAt1: calls('login, 1 at once', 99.9),
      loginAt4: calls('login, 4 at once', 100),
      validationAt1: calls('token validation, 1 at once', 2),
      validationAt50: calls('token validation, 50 at once', 20),
    };
    const judged = judgeTargets({ machine: MACHINE, quick: true, auth }).filter(
      ({ met }) => met !== null,
    );
    expect(judged.map(({ met }) => met)).toEqual([true, false, true, false]);
    expect(judged[1]?.target).toBe('login p95, 4 at once < 100 ms');
  });
});

it('reports a run of which no part succeeded', () => {
  expect(formatReport({ machine: MACHINE, quick: false })).toContain('not measured');
});

it('weighs bursts by their orders, not by their rates', () => {
  const bursts = [
    { count: 100, elapsedMs: 1_000 },
    { count: 100, elapsedMs: 3_000 },
  ];
  expect(overallRate(bursts)).toBe(50);
});

it('counts the statements of one database between two readings, the most frequent first', () => {
  const source = 'pg_stat_statements' as const;
  const before = {
    source,
    calls: { hub: { read: 10, write: 5, idle: 1 }, paper_broker: { insert: 7 } },
  };
  const after = {
    source,
    calls: { hub: { read: 14, write: 25, idle: 1, late: 1 }, paper_broker: { insert: 9 } },
  };
  expect(statementsBetween(before, after, 'hub')).toEqual({
    total: 25,
    byText: [
      ['write', 20],
      ['read', 4],
      ['late', 1],
    ],
  });
  expect(statementsBetween(before, after, 'nobody')).toEqual({ total: 0, byText: [] });
});

it('lines up the columns of a table, also where a cell is missing or holds a sign beyond ASCII', () => {
  const lines = formatTable([['name', 'ms'], ['a ≤ b', '10'], ['c']]).split('\n');
  expect(lines).toEqual(['name   ms', '─────  ──', 'a ≤ b  10', 'c']);
});

it('reports a settlement by its rate, its memory and the longest history of its chain', () => {
  const settlement = {
    ...{
      instructions: 50_000,
      accounts: 200,
      seconds: 15.2,
      instructionsPerSecond: 3_289,
      chunks: 100,
    },
    workerBytes: { idle: 300 * 2 ** 20, peak: 320 * 2 ** 20 },
    histories: [
      { events: 251, bytes: 51 * 1024 },
      { events: 120, bytes: 20 * 1024 },
    ],
  };
  const report = formatReport({ machine: MACHINE, quick: false, settlement });
  expect(report).toContain(
    '50000 executions of 200 accounts in one run: 3289 a second, 15.2 s in 100 chunks',
  );
  expect(report).toContain(
    '300 MB before, at most 320 MB; 2 run(s) in the chain, the longest with 251 events, 51 kB',
  );
});

describe('the resting orders', () => {
  const latency = (p99: number) => ({ count: 100, p50: p99 / 4, p95: p99 / 2, p99, max: p99 });
  const rounds = (p99: number) => ({
    all: latency(p99),
    rounds: [latency(p99)],
    cpuMsPerOrder: { workers: 8 },
    othersShare: 0.02,
  });
  const bulk = (seconds: number) => ({
    seconds,
    perSecond: 20_000 / seconds,
    answeredPerSecond: 70,
    latencyMs: latency(900),
    failed: 3,
    cpuMsPerOrder: { workers: 8 },
  });
  const memory = (resting: number, mb: number) => ({
    resting,
    bytes: { workers: mb * 2 ** 20 },
    cachedWorkflows: 500,
  });
  const restart = (cpuSeconds: number) => ({
    cpuSeconds,
    counts: { workflowTasks: 300, replays: 2, cachedWorkflows: 1 },
    submitMs: latency(80),
  });
  const resting = {
    orders: 20_000,
    place: bulk(400),
    cancel: bulk(500),
    memory: [memory(0, 480), memory(2_000, 1_000), memory(20_000, 1_100), memory(0, 1_100)],
    submit: { empty: rounds(40), resting: rounds(60), asking: rounds(70), emptied: rounds(41) },
    idleShare: { empty: { workers: 0.02 }, resting: { workers: 0.03 } },
    restart: { empty: restart(5), resting: restart(6) },
  };
  const figures = { machine: MACHINE, quick: false, resting };

  it('are reported with what they cost and how that grows', () => {
    const report = formatReport(figures);
    expect(report).toContain('20000 orders that rest: placed in 400 s, 50 a second');
    expect(report).toMatch(/20000 rest, the venue being asked about them +18 +35 +70/);
    expect(report).toMatch(/20000 rest +1100 +500/);
    expect(report).toMatch(/all canceled +1100/);
    expect(report).toContain('6.0 CPU s, 300 workflow tasks, 2 replays with 20000');
  });

  it('are judged against the empty system of the same run, and memory against the first step', () => {
    const judged = judgeTargets(figures).filter(({ met }) => met !== null);
    expect(judged.map(({ measured, met }) => [measured, met])).toEqual([
      ['1.50 ×', true],
      ['1.50 ×', true],
      ['1.10 ×', true],
    ]);
  });
});
