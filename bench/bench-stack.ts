import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { freePorts, isPortInUse, type Ports } from '../dev/ports.ts';
import { type Stack, startStack } from '../dev/stack.ts';
import { RAISED_LIMITS } from '../test/support/raised-limits.ts';

/** The most worker processes that a run compares. */
export const WORKER_PROCESSES_MAX = 3;

const ATTEMPTS_MAX = 20;

/**
 * Prices that stand still, and more shares on both sides than all orders of a second ask for: every
 * market order fills at once.
 */
const ENDLESS_MARKET = {
  SOURCE: 'simulator',
  SIMULATOR_VOLATILITY: '0',
  SIMULATOR_SIZE: '100000000',
};

/**
 * Variables with which a caller points the stack to services of their own; the bench measures its
 * own.
 */
const FOREIGN = [
  ...[
    'DATABASE_URL',
    'MIGRATIONS_DATABASE_URL',
    'API_DATABASE_URL',
    'WORKERS_DATABASE_URL',
    'PAPER_BROKER_DATABASE_URL',
  ],
  ...['REDIS_URL', 'TEMPORAL_ADDRESS', 'JWT_SECRET', 'SOURCE'],
];

export interface BenchStackOptions {
  readonly stateDir: string;
  /** Only Temporal: what the skeletons need. */
  readonly temporalOnly: boolean;
  readonly say: (name: string, line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The whole system in a fresh state folder on free ports, with one worker process running and two
 * more ready to be started.
 */
export async function startBenchStack({
  stateDir,
  temporalOnly,
  say,
  signal,
}: BenchStackOptions): Promise<Stack> {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.includes(name));
  const baseEnv = { ...Object.fromEntries(own), ...RAISED_LIMITS };
  const common = {
    stateDir,
    baseEnv,
    seed: true,
    say,
    env: { 'market-data': ENDLESS_MARKET },
  } as const;
  if (temporalOnly) return startStack({ ...common, ports: 'free', only: ['temporal'] }, signal);
  const ports = await choosePorts();
  await countStatements({ ...common, ports, only: ['postgres'] }, signal);
  const stack = await startStack(
    { ...common, ports, workerProcesses: WORKER_PROCESSES_MAX },
    signal,
  );
  await setWorkerProcesses(stack, 1);
  return stack;
}

export const workersOf = (stack: Stack) =>
  Array.from(
    { length: WORKER_PROCESSES_MAX },
    (_, index) => stack.processes[index === 0 ? 'workers' : `workers-${index + 1}`],
  ).filter((process) => process !== undefined);

/** Starts or stops workers until so many run. */
export async function setWorkerProcesses(stack: Stack, count: number): Promise<void> {
  const workers = workersOf(stack);
  await Promise.all(
    workers.map((worker, index) => (index < count ? worker.start() : worker.stop())),
  );
  // A stopped worker's long polls end, and a new one's caches fill, outside of what is measured.
  await sleep(500);
}

/** The ports behind the workers' metrics belong to the further workers. */
async function choosePorts(): Promise<Ports> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const ports = await freePorts();
    const further = Array.from(
      { length: WORKER_PROCESSES_MAX - 1 },
      (_, index) => ports.workersMetrics + index + 1,
    );
    const taken = await Promise.all(further.map(isPortInUse));
    if (!taken.includes(true) && !further.some((port) => Object.values(ports).includes(port)))
      return ports;
  }
  throw new Error('no free ports in a row for the metrics of the workers');
}

/**
 * A server loads pg_stat_statements only as it starts, so it is told beforehand; the bench's own
 * statements run under a role apart.
 */
async function countStatements(
  options: Parameters<typeof startStack>[0],
  signal: AbortSignal,
): Promise<void> {
  const stack = await startStack(options, signal);
  try {
    const sql = postgres(stack.env.DATABASE_URL ?? '', { max: 1, onnotice: () => {} });
    await sql.unsafe(`create role ${BENCH_ROLE} superuser login password '${BENCH_ROLE}'`);
    const [available] =
      await sql`select 1 from pg_available_extensions where name = 'pg_stat_statements'`;
    if (available) {
      await sql`create extension pg_stat_statements`;
      await sql`alter system set shared_preload_libraries = 'pg_stat_statements'`;
    }
    await sql.end();
  } finally {
    await stack.stop();
  }
}

export const BENCH_ROLE = 'bench';
