import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { serveJobs } from './job-process.ts';
import { type LoadResult, type Pace, runPaced } from './paced-load.ts';
import { skeletonActivities } from './skeleton-activities.ts';
import { orderStartOptions, skeletonSubmission } from './skeleton-submission.ts';

/**
 * A process of the skeleton: it works, or starts workflows as the API does, or both (then a start
 * can be eager).
 */
Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });

export interface WorkParams {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The bundled workflows as a file. */
  readonly codePath: string;
}

export interface StartParams {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly workflowType: 'oneLocal' | 'threeLocal' | 'localNormalLocal';
  /** The first task comes with the start's answer to the worker in this process. */
  readonly eager: boolean;
  /** With the summary and the search attributes of our orders. */
  readonly described: boolean;
  readonly pace: Pace;
}

export type SkeletonJobs = {
  work: (params: WorkParams) => Promise<void>;
  start: (params: StartParams) => Promise<LoadResult>;
};

let connecting: Promise<NativeConnection> | undefined;
let worker: Worker | undefined;
let working: Promise<void> | undefined;

const connect = (address: string): Promise<NativeConnection> => {
  connecting ??= NativeConnection.connect({ address });
  return connecting;
};

/** The settings of workers/build-worker.ts. */
async function work({ address, namespace, taskQueue, codePath }: WorkParams): Promise<void> {
  worker = await Worker.create({
    connection: await connect(address),
    namespace,
    taskQueue,
    workflowBundle: { codePath },
    activities: skeletonActivities,
    maxCachedWorkflows: 500,
    maxConcurrentWorkflowTaskExecutions: 50,
    maxConcurrentLocalActivityExecutions: 50,
    maxConcurrentActivityTaskExecutions: 50,
  });
  working = worker.run();
}

async function start({
  address,
  namespace,
  taskQueue,
  workflowType,
  eager,
  described,
  pace,
}: StartParams): Promise<LoadResult> {
  const client = new Client({ connection: await connect(address), namespace });
  return runPaced(pace, (index) => {
    const submission = skeletonSubmission(randomUUID(), index);
    return client.workflow.start(workflowType, {
      workflowId: `skeleton/${submission.orderId}`,
      taskQueue,
      args: [submission],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      requestEagerStart: eager,
      ...(described ? orderStartOptions(submission) : {}),
    });
  });
}

async function stop(): Promise<void> {
  worker?.shutdown();
  await working;
  await (await connecting)?.close();
}

serveJobs({ work, start } satisfies SkeletonJobs, stop);
