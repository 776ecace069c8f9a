import { join, resolve } from 'node:path';
import { createManagedProcess, type ManagedProcess, type ProcessSpec } from './managed-process.ts';
import type { PortName, Ports } from './ports.ts';
import {
  NODE_FLAGS,
  PROCESS_ENTRIES,
  type ProcessName,
  processEnv,
  type Wiring,
} from './process-env.ts';
import { answersOk } from './wait-until.ts';

const ROOT = join(import.meta.dirname, '..');

const HEALTH_PORTS: Readonly<Record<ProcessName, PortName>> = {
  'market-data': 'marketData',
  'paper-broker': 'paperBroker',
  workers: 'workersMetrics',
  api: 'api',
};

/** All share one machine here: who answers a client goes before who works off what was accepted. */
const NICENESS: Partial<Record<ProcessName, Readonly<Record<string, string>>>> = {
  workers: { WORKERS_NICENESS: '10' },
};

export interface PlannedProcess {
  /** Unique: the second worker is `workers-2`. */
  readonly name: string;
  readonly kind: ProcessName;
  /** How many of its kind come before it; its metrics port moves up by as many. */
  readonly index: number;
}

/** Who is started together: first the broker and its prices, then those who use them. */
export function planWaves(
  workerProcesses: number,
  wants: (name: ProcessName) => boolean,
): PlannedProcess[][] {
  const one = (kind: ProcessName): PlannedProcess[] =>
    wants(kind) ? [{ name: kind, kind, index: 0 }] : [];
  const workers = wants('workers')
    ? Array.from({ length: workerProcesses }, (_, index) => ({
        name: index === 0 ? 'workers' : `workers-${index + 1}`,
        kind: 'workers' as const,
        index,
      }))
    : [];
  return [
    [...one('market-data'), ...one('paper-broker')],
    [...workers, ...one('api')],
  ];
}

export interface HubProcessContext {
  readonly stateDir: string;
  readonly base: NodeJS.ProcessEnv;
  readonly wiring: Wiring;
  readonly env?: Partial<Record<ProcessName, Readonly<Record<string, string>>>>;
  readonly entries?: Partial<Record<ProcessName, string>>;
  readonly watch: Pick<ProcessSpec, 'onSpawn' | 'onGone' | 'onCrash' | 'onLine'>;
}

/** One of our own processes: Node on its `main.ts`, ready when `GET /health/ready` says so. */
export function createHubProcess(
  planned: PlannedProcess,
  context: HubProcessContext,
): ManagedProcess {
  const port = healthPort(planned, context.wiring.ports);
  const ownPort: Record<string, string> =
    planned.kind === 'workers' ? { WORKERS_METRICS_PORT: String(port) } : {};
  return createManagedProcess({
    ...context.watch,
    name: planned.name,
    command: process.execPath,
    args: [
      ...NODE_FLAGS[planned.kind],
      resolve(ROOT, context.entries?.[planned.kind] ?? PROCESS_ENTRIES[planned.kind]),
    ],
    cwd: ROOT,
    env: processEnv(planned.kind, context.base, context.wiring, {
      ...ownPort,
      ...NICENESS[planned.kind],
      ...context.env?.[planned.kind],
    }),
    logFile: join(context.stateDir, 'logs', `${planned.name}.log`),
    readyTimeoutMs: 90_000,
    // A worker ends by itself within 12 s, however long its running steps take.
    graceMs: 15_000,
    isReady: () => answersOk(`http://127.0.0.1:${port}/health/ready`),
  });
}

/** The ports that our own processes will listen on, with the use that a message names. */
export function healthPort(planned: PlannedProcess, ports: Ports): number {
  return ports[HEALTH_PORTS[planned.kind]] + planned.index;
}
