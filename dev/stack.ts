import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hasDemoUsers, type Profile, readProfile } from '../contracts/deployment-profile.ts';
import { stopOrphans } from './child-pids.ts';
import type { ManagedProcess } from './managed-process.ts';
import { devPorts, freePorts, type Ports } from './ports.ts';
import { prepareDatabase } from './prepare-database.ts';
import { type ProcessName, type Wiring, wiringEnv } from './process-env.ts';
import { readSecrets } from './process-secrets.ts';
import type { Service } from './services/service.ts';
import { createHubProcess, planWaves } from './stack-processes.ts';
import { createStackRun, type StackRun } from './stack-run.ts';
import { type ServiceName, startServices } from './stack-services.ts';
import { openStateFolder } from './state-folder.ts';

export interface StackOptions {
  /** Where data, logs, secrets and pids are kept. */
  readonly stateDir: string;
  /**
   * `dev`: the fixed ones, moved by their variables. `free`: any, for stacks that run beside
   * others.
   */
  readonly ports: 'dev' | 'free' | Ports;
  /** No Temporal UI; true unless said. */
  readonly headless?: boolean;
  /** The parts that are started; all unless said. */
  readonly only?: ReadonlyArray<ServiceName | ProcessName>;
  /**
   * The environment that all start from; a service's variable (DATABASE_URL, REDIS_URL,
   * TEMPORAL_ADDRESS) makes it external.
   */
  readonly baseEnv?: NodeJS.ProcessEnv;
  /** Variables of one process alone. */
  readonly env?: Partial<Record<ProcessName, Readonly<Record<string, string>>>>;
  /** Programs run in place of a process's `main.ts`. */
  readonly entries?: Partial<Record<ProcessName, string>>;
  readonly workerProcesses?: number;
  /** From so many events on Temporal suggests to a workflow that it continue as new. */
  readonly suggestedEventsMax?: number | undefined;
  /** Empties the state folder, but for its cache, before the start. */
  readonly fresh?: boolean;
  /** Whether the demo users are put into the database; true unless said. */
  readonly seed?: boolean;
  /** Whether what crashes is started again, with growing waits. */
  readonly keepAlive?: boolean;
  /** One line for each step. */
  readonly say?: (name: string, line: string) => void;
  /** Every line that a child writes; all of them are in `<stateDir>/logs` as well. */
  readonly onLine?: (name: string, line: string) => void;
}

type MetricsUrl = 'apiMetrics' | 'marketDataMetrics' | 'paperBrokerMetrics' | 'workersMetrics';

export interface Stack {
  readonly urls: Readonly<
    Record<'api' | 'apiH2c' | 'marketData' | 'paperBroker' | MetricsUrl | 'temporalUi', string>
  >;
  readonly ports: Ports;
  /** The variables that the processes were given. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the users with public passwords were put in. */
  readonly hasDemoUsers: boolean;
  /** By name: `api`, `workers`, `workers-2` … */
  readonly processes: Readonly<Record<string, ManagedProcess>>;
  readonly services: Partial<Record<ServiceName, Service>>;
  /** Stops everything in reverse order and waits. Nothing is left running. */
  stop(): Promise<void>;
}

const NAMESPACE = 'default';

/**
 * Starts the services, migrates and seeds, then starts the processes, and returns when all are
 * ready. When a part fails, all that ran is stopped and the error says which part and why. An abort
 * by `signal` ends the start the same way.
 */
export async function startStack(options: StackOptions, signal?: AbortSignal): Promise<Stack> {
  const base = options.baseEnv ?? process.env;
  const say = options.say ?? (() => {});
  const profile = readProfile(base);
  await stopOrphans(options.stateDir, (line) => say('stack', line));
  openStateFolder(options.stateDir);
  if (options.fresh) emptyStateDir(options.stateDir);
  const ports = await choosePorts(options.ports, base);
  const run = createStackRun(options, say);
  const aborted = new Promise<never>((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  try {
    return await Promise.race([aborted, startParts(options, { base, say, ports, run, profile })]);
  } catch (error) {
    await run.stop();
    throw error;
  }
}

interface StartContext {
  readonly base: NodeJS.ProcessEnv;
  readonly say: NonNullable<StackOptions['say']>;
  readonly ports: Ports;
  readonly run: StackRun;
  readonly profile: Profile;
}

async function startParts(
  options: StackOptions,
  { base, say, ports, run, profile }: StartContext,
): Promise<Stack> {
  const wants = (name: ServiceName | ProcessName) =>
    options.only === undefined || options.only.includes(name);
  const found = await startServices({
    ...{
      env: base,
      stateDir: options.stateDir,
      ports,
      namespace: NAMESPACE,
      headless: options.headless ?? true,
      suggestedEventsMax: options.suggestedEventsMax,
    },
    ...{ wants, say, watch: run.watch, onStarted: run.add },
  });
  const seed = (options.seed ?? true) && hasDemoUsers(profile) ? profile : null;
  if (wants('postgres') && found.databases) await prepareDatabase(found.databases, { seed, say });
  const wiring: Wiring = {
    ...found,
    ports,
    namespace: NAMESPACE,
    secrets: readSecrets(base, options.stateDir),
    dataFolders: (['postgres', 'temporal'] as const)
      .filter(wants)
      .map((name) => `${name}=${resolve(options.stateDir, name)}`)
      .join(','),
  };
  const processes: Record<string, ManagedProcess> = {};
  for (const wave of planWaves(options.workerProcesses ?? 1, wants)) {
    await Promise.all(
      wave.map(async (planned) => {
        const hubProcess = createHubProcess(planned, {
          ...options,
          base,
          wiring,
          watch: run.watch(planned.name),
        });
        run.add(hubProcess);
        processes[planned.name] = hubProcess;
        await hubProcess.start();
      }),
    );
  }
  const { services } = found;
  return {
    urls: urlsOf(ports),
    ports,
    env: wiringEnv(base, wiring),
    hasDemoUsers: seed !== null,
    processes,
    services,
    stop: run.stop,
  };
}

async function choosePorts(ports: StackOptions['ports'], env: NodeJS.ProcessEnv): Promise<Ports> {
  if (ports === 'dev') return devPorts(env);
  return ports === 'free' ? freePorts() : ports;
}

/**
 * Everything goes but the cache of tools, test runs that may be under way, and the lock that the
 * caller may hold.
 */
function emptyStateDir(stateDir: string): void {
  const kept = ['cache', 'test', 'supervisor.lock'];
  for (const name of readdirSync(stateDir).filter((entry) => !kept.includes(entry))) {
    rmSync(join(stateDir, name), { recursive: true, force: true });
  }
}

function urlsOf(ports: Ports): Stack['urls'] {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  return {
    api: at(ports.api),
    apiH2c: at(ports.apiH2c),
    marketData: at(ports.marketData),
    paperBroker: at(ports.paperBroker),
    apiMetrics: at(ports.apiMetrics),
    marketDataMetrics: at(ports.marketDataMetrics),
    paperBrokerMetrics: at(ports.paperBrokerMetrics),
    workersMetrics: at(ports.workersMetrics),
    temporalUi: at(ports.temporalUi),
  };
}
