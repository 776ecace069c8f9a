import { join } from 'node:path';
import { createChildPids } from '../../dev/child-pids.ts';
import { createManagedProcess } from '../../dev/managed-process.ts';
import { findFreePorts } from '../../dev/ports.ts';
import { pick, systemEnv } from '../../dev/system-env.ts';
import { answersOk, waitUntil } from '../../dev/wait-until.ts';
import { WORKERS_VARIABLES } from '../../workers/environment.ts';
import { makeStackFolder } from './services.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DRAINING_MS_MAX = 20_000;

export interface WorkerProcess {
  readonly pid: number;
  /** Asks it to end, and returns once it takes no more tasks. */
  beginShutdown(): Promise<void>;
  /** How it has ended: `exit code 0`. */
  ended: Promise<string>;
  /** {@link beginShutdown}, then {@link ended}. */
  shutDown(): Promise<string>;
  /** For the end of a test; nothing to do when it has ended. */
  stop(): Promise<void>;
}

interface WorkerProcessOptions {
  /** What a stack's processes were told. */
  stackEnv: Readonly<Record<string, string>>;
  name: string;
  env?: Readonly<Record<string, string>>;
  /** The program in place of workers/main.ts. */
  entry?: string;
}

/** What a worker of the stack gets: what it reads, and its own way into the database. */
function workersEnv(stackEnv: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...pick(stackEnv, WORKERS_VARIABLES),
    DATABASE_URL: stackEnv.WORKERS_DATABASE_URL ?? '',
  };
}

/** One more process of workers beside a running stack, polling when this returns. */
export async function startWorkerProcess({
  stackEnv,
  name,
  env = {},
  entry = 'workers/main.ts',
}: WorkerProcessOptions): Promise<WorkerProcess> {
  const stateDir = await makeStackFolder();
  const [port] = await findFreePorts(1);
  const { promise: ended, resolve: tellEnded } = Promise.withResolvers<string>();
  const pids = createChildPids(stateDir);
  const managed = createManagedProcess({
    name,
    command: process.execPath,
    args: [join(ROOT, entry)],
    cwd: ROOT,
    env: {
      ...systemEnv(process.env),
      ...workersEnv(stackEnv),
      WORKERS_METRICS_PORT: String(port),
      ...env,
    },
    logFile: join(stateDir, 'logs', `${name}.log`),
    readyTimeoutMs: 90_000,
    graceMs: 15_000,
    isReady: () => answersOk(`http://127.0.0.1:${port}/health/ready`),
    onSpawn: (pid) => pids.record(name, pid),
    onGone: () => pids.forget(name),
    onCrash: tellEnded,
  });
  await managed.start();
  const { pid } = managed;
  if (pid === undefined) throw new Error(`${name} does not run`);

  async function beginShutdown(): Promise<void> {
    await managed.kill('SIGTERM');
    const isDraining = async () => !(await answersOk(`http://127.0.0.1:${port}/health/ready`));
    await waitUntil(isDraining, {
      timeoutMs: DRAINING_MS_MAX,
      message: `${name} still takes tasks`,
    });
  }
  return {
    pid,
    beginShutdown,
    ended,
    async shutDown() {
      await beginShutdown();
      return ended;
    },
    stop: managed.stop,
  };
}
