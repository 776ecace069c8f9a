import { randomUUID } from 'node:crypto';
import { ApplicationFailure, activityInfo } from '@temporalio/activity';
import {
  type Client,
  type WorkflowHandleWithFirstExecutionRunId as StartedWorkflow,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { type NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { waitUntil } from '../../dev/wait-until.ts';

const POLLING_MS_MAX = 60_000;

/** Where workflows run whose activities a case brings: see {@link createSharedWorker}. */
export interface SharedWorker {
  /**
   * Answers the activities of all workflows that come up while `body` runs, and after it none of
   * theirs any more.
   */
  serve<T>(activities: object, body: () => Promise<T>): Promise<T>;
  /** Serves a workflow that it starts, and ends it after `body` when it is still open. */
  run<T>(
    activities: object,
    workflow: { type: string; workflowId: string; args: unknown[] },
    body: (handle: StartedWorkflow) => Promise<T>,
  ): Promise<T>;
  stop(): Promise<void>;
}

type Activities = Readonly<Record<string, ((...args: unknown[]) => unknown) | undefined>>;

/**
 * One worker for all cases of a file, which come one after another: a worker of its own for each
 * would compile the bundle each time, half a second of a core.
 */
export async function createSharedWorker(
  { client, nativeConnection }: { client: Client; nativeConnection: NativeConnection },
  workflowBundle: WorkflowBundle,
  taskQueue: string = randomUUID(),
): Promise<SharedWorker> {
  const caseOf = new Map<string, Activities>();
  let current: Activities | null = null;

  async function answer(...args: unknown[]): Promise<unknown> {
    const { workflowExecution, activityType } = activityInfo();
    const workflowId = workflowExecution?.workflowId ?? '';
    const activities = caseOf.get(workflowId) ?? current;
    if (activities === null || activities !== current)
      throw ApplicationFailure.nonRetryable('the case of this workflow is over', 'CASE_IS_OVER');
    caseOf.set(workflowId, activities);
    const activity = activities[activityType];
    if (activity) return activity(...args);
    throw ApplicationFailure.create({
      type: 'NotFoundError',
      message: `the case has no activity ${activityType}`,
    });
  }

  const worker = await Worker.create({
    connection: nativeConnection,
    namespace: client.options.namespace,
    taskQueue,
    workflowBundle,
    activities: { default: answer },
  });
  const running = worker.run();
  await untilPolling(client, taskQueue);

  const serve: SharedWorker['serve'] = async (activities, body) => {
    current = activities as Activities;
    try {
      return await body();
    } finally {
      current = null;
    }
  };
  return {
    serve,
    run: (activities, { type, workflowId, args }, body) =>
      serve(activities, async () => {
        const handle = await client.workflow.start(type, { workflowId, taskQueue, args });
        try {
          return await body(handle);
        } finally {
          await endIfOpen(client, workflowId);
        }
      }),
    async stop() {
      worker.shutdown();
      await running;
    },
  };
}

/**
 * Waits until a worker takes what is in the queue. The time-skipping server skips to the end of a
 * workflow, ten years away, when it may skip before its first task is taken.
 */
export async function untilPolling(client: Client, taskQueue: string): Promise<void> {
  const workflowId = `until-polling-${taskQueue}`;
  const handle = await client.workflow.start('untilPolling', { taskQueue, workflowId });
  const isTaken = async (): Promise<boolean> => {
    const { events } = await handle.fetchHistory();
    return (events ?? []).some((event) => event.workflowTaskStartedEventAttributes);
  };
  await waitUntil(isTaken, {
    timeoutMs: POLLING_MS_MAX,
    everyMs: 20,
    message: `no worker polls ${taskQueue}`,
  });
  await endIfOpen(client, workflowId);
}

/** What a case leaves open would go on in the next one's time. */
async function endIfOpen(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).terminate('the case is over');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
