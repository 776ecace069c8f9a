import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { forkJobs, type JobProcess } from './job-process.ts';
import type { Pace } from './paced-load.ts';
import type { SkeletonJobs, StartParams } from './skeleton-worker.ts';
import { type LatencySummary, summarize } from './statistics.ts';
import { type ByGroup, createUsageMeter, type ProcessGroups, perUnit } from './usage-meter.ts';
import { waitForClosings } from './workflow-completions.ts';

export interface SkeletonVariant {
  readonly workflowType: StartParams['workflowType'];
  readonly workerProcesses: number;
  readonly eager: boolean;
  readonly described: boolean;
}

export interface SkeletonFigures extends SkeletonVariant {
  readonly concurrency: number;
  readonly count: number;
  readonly ackMs: LatencySummary | null;
  /** From the first start to the last close. */
  readonly ordersPerSecond: number;
  readonly elapsedMs: number;
  /** Milliseconds for one order, by process. */
  readonly cpuMsPerOrder: ByGroup;
  readonly othersShare: number;
  readonly failures: Readonly<Record<string, number>>;
}

export interface SkeletonRig {
  /**
   * Orders of this shape as fast as `concurrency` clients send them, until the last one has ended.
   */
  run(
    variant: SkeletonVariant,
    load: { concurrency: number; count: number },
  ): Promise<SkeletonFigures>;
  /** Ends all workers, so that nothing polls while something else is measured. */
  rest(): Promise<void>;
  stop(): Promise<void>;
}

export interface SkeletonRigOptions {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** The processes of the stack, `temporal` among them. */
  readonly stackGroups: ProcessGroups;
  /** Where the bundle is put. */
  readonly folder: string;
}

const JOB_TIMEOUT_MS = 60_000;
const WORKER_PROGRAM = new URL('./skeleton-worker.ts', import.meta.url);

/**
 * Skeletons run on task queues of their own, with the client and the workers in processes of their
 * own, as in the real stack.
 */
export async function createSkeletonRig(options: SkeletonRigOptions): Promise<SkeletonRig> {
  const { address, namespace } = options;
  const codePath = await writeBundle(options.folder);
  const starter = forkJobs<SkeletonJobs>(WORKER_PROGRAM);
  const workers: JobProcess<SkeletonJobs>[] = [];
  let eager: JobProcess<SkeletonJobs> | undefined;

  const startWorker = async (taskQueue: string): Promise<JobProcess<SkeletonJobs>> => {
    const process = forkJobs<SkeletonJobs>(WORKER_PROGRAM);
    await process.run('work', { address, namespace, taskQueue, codePath }, JOB_TIMEOUT_MS);
    return process;
  };
  const meter = createUsageMeter(() => ({
    ...options.stackGroups(),
    'skeleton workers': { pids: workers.map(({ pid }) => pid) },
    'skeleton client': { pids: [starter.pid, eager?.pid] },
  }));

  const setWorkers = async (count: number): Promise<void> => {
    while (workers.length > count) await workers.pop()?.stop();
    while (workers.length < count) workers.push(await startWorker(QUEUE));
  };

  const run: SkeletonRig['run'] = async (variant, load) => {
    await setWorkers(variant.workerProcesses);
    if (variant.eager) eager ??= await startWorker(EAGER_QUEUE);
    const taskQueue = variant.eager ? EAGER_QUEUE : QUEUE;
    const pace: Pace = { kind: 'closed', ...load };
    const readUse = meter.start();
    const client = variant.eager && eager ? eager : starter;
    const { workflowType, described } = variant;
    const started = await client.run(
      'start',
      { address, namespace, taskQueue, workflowType, eager: variant.eager, described, pace },
      JOB_TIMEOUT_MS,
    );
    const query = `TaskQueue = '${taskQueue}' AND StartTime >= '${new Date(started.startedAtMs - 1).toISOString()}'`;
    const closings = await waitForClosings(
      options.client,
      query,
      started.latenciesMs.length,
      JOB_TIMEOUT_MS,
    );
    const use = readUse();
    const elapsedMs = closings.lastClosedAtMs - started.startedAtMs;
    const count = started.latenciesMs.length;
    return {
      ...variant,
      concurrency: load.concurrency,
      count,
      ackMs: summarize(started.latenciesMs),
      ordersPerSecond: (count * 1000) / elapsedMs,
      elapsedMs,
      cpuMsPerOrder: perUnit(use.cpuMs, count),
      othersShare: use.othersShare,
      failures: started.failures,
    };
  };

  const rest = async (): Promise<void> => {
    await setWorkers(0);
    await eager?.stop();
    eager = undefined;
  };

  return {
    run,
    rest,
    stop: async () => {
      await rest();
      await starter.stop();
    },
  };
}

const QUEUE = 'bench-skeleton';
const EAGER_QUEUE = 'bench-skeleton-eager';

async function writeBundle(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./skeleton-workflows.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  const codePath = join(folder, 'skeleton-workflows.cjs');
  writeFileSync(codePath, code);
  return codePath;
}
