import { readMemoryBytes } from '../../bench/process-use.ts';
import type { OwnE2eStack } from '../support/e2e-stack.ts';

export const PROCESSES = ['api', 'workers', 'market-data', 'paper-broker'] as const;
type ProcessName = (typeof PROCESSES)[number];

const METRICS = {
  api: 'apiMetrics',
  workers: 'workersMetrics',
  'market-data': 'marketDataMetrics',
  'paper-broker': 'paperBrokerMetrics',
} as const;
const GAUGES =
  /^(http_server_(?:connections|sessions|requests)\{server="(?:http|h2c|rpc)"\}|market_data_streams|paper_broker_report_streams) (\d+)$/gm;

export type Gauges = Readonly<Record<string, number>>;

/** Their process ids: a process that was started again has another. */
export const pidsOf = ({ stack }: OwnE2eStack): Record<string, number | undefined> =>
  Object.fromEntries(PROCESSES.map((name) => [name, stack.processes[name]?.pid]));

/** Resident memory in MiB. */
export const memoryOf = ({ stack }: OwnE2eStack): Record<ProcessName, number> => {
  const entries = PROCESSES.map((name) => [
    name,
    Math.round(readMemoryBytes(stack.processes[name]?.pid ?? 0) / 2 ** 20),
  ]);
  return Object.fromEntries(entries) as Record<ProcessName, number>;
};

/** Sockets, sessions, requests and streams of all ports but those of metrics. */
export async function gaugesOf({ stack }: OwnE2eStack): Promise<Gauges> {
  const read = async (name: ProcessName): Promise<[string, number][]> => {
    const text = await (await fetch(`${stack.urls[METRICS[name]]}/metrics`)).text();
    return [...text.matchAll(GAUGES)].map(([, gauge, value]) => [
      `${name} ${gauge}`,
      Number(value),
    ]);
  };
  return Object.fromEntries((await Promise.all(PROCESSES.map(read))).flat());
}

/** The sum of a counter over all ports of a process. */
export async function countOf(
  { stack }: OwnE2eStack,
  name: ProcessName,
  counter: string,
): Promise<number> {
  const text = await (await fetch(`${stack.urls[METRICS[name]]}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${counter}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** What is above the baseline by more than a few: the pools of honest callers breathe. */
export function aboveBaseline(baseline: Gauges, now: Gauges, tolerance: number): string[] {
  const above = Object.entries(now).filter(
    ([gauge, value]) => value > (baseline[gauge] ?? 0) + tolerance,
  );
  return above.map(([gauge, value]) => `${gauge}: ${value}, at first ${baseline[gauge] ?? 0}`);
}

/** The highest resident memory of each process from now until `stop`. */
export function watchPeaks(
  e2e: OwnE2eStack,
  everyMs = 100,
): { stop(): Record<ProcessName, number> } {
  const peaks = memoryOf(e2e);
  const timer = setInterval(() => {
    for (const [name, value] of Object.entries(memoryOf(e2e)) as [ProcessName, number][])
      peaks[name] = Math.max(peaks[name], value);
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return peaks;
    },
  };
}
