import { randomUUID } from 'node:crypto';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkerOptions, type WorkflowBundle } from '@temporalio/worker';
import type { OrderActivities } from '../../activities/order-activities.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { OrderSubmission } from '../../contracts/orders.ts';
import {
  ATTENTION_NEEDED,
  type ExecutedSteps,
  type OperatorRequest,
  ORDER_WORKFLOW,
  type OrderProgress,
} from '../../contracts/workflow-messages.ts';
import { useTemporal, useTimeSkipping } from './services.ts';

/** temporal.api.enums.v1.IndexedValueType */
const INDEXED_BOOL = 5;

/** Failing activities are what these tests are about: their warnings say nothing. */
Runtime.install({ logger: new DefaultLogger('ERROR') });

export interface OrderWorkflowRig {
  /** What the server takes for now. */
  nowMs(): Promise<number>;
  /** Lets so much of the server's time pass. */
  sleep(ms: number): Promise<void>;
  /**
   * Runs the order workflow with these activities in place of the real ones, on a queue of its own, while `body` runs. The worker comes `lateMs`
   * after the order.
   */
  withOrder<T>(
    activities: Partial<OrderActivities>,
    body: (handle: WorkflowHandleWithFirstExecutionRunId) => Promise<T>,
    over?: Partial<OrderSubmission>,
    options?: Pick<WorkerOptions, 'dataConverter'> & { lateMs?: number },
  ): Promise<T>;
  /** Throws when the workflow does not fit the history that it has made. */
  replay(handle: WorkflowHandle): Promise<void>;
  stop(): Promise<void>;
}

/** On Temporal's time-skipping server a wait of hours is over at once, to the second; `real` is the server that runs elsewhere, in its own time. */
export async function createOrderWorkflowRig(server: 'time-skipping' | 'real'): Promise<OrderWorkflowRig> {
  const env = await createEnvironment(server);
  const workflowsPath = new URL('../../workflows/index.ts', import.meta.url).pathname;
  const workflowBundle: WorkflowBundle = await bundleWorkflowCode({ workflowsPath });
  return {
    nowMs: () => env.currentTimeMs(),
    sleep: (ms) => env.sleep(ms),
    async withOrder(activities, body, over = {}, { lateMs = 0, ...options } = {}) {
      const taskQueue = `orders-${randomUUID()}`;
      const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, workflowBundle, activities, ...options });
      const submission = { ...submissionFor(), ...over };
      const handle = await env.client.workflow.start(ORDER_WORKFLOW, {
        workflowId: orderWorkflowId(submission.orderId),
        taskQueue,
        args: [submission],
      });
      if (lateMs > 0) await env.sleep(lateMs);
      return worker.runUntil(() => body(handle));
    },
    replay: async (handle) => Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory(), handle.workflowId),
    stop: () => env.teardown(),
  };
}

async function createEnvironment(server: 'time-skipping' | 'real'): Promise<TestWorkflowEnvironment> {
  if (server === 'time-skipping') {
    const executable = { type: 'existing-path', path: await useTimeSkipping() } as const;
    const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
    await registerAttention(env);
    return env;
  }
  const { address, namespace } = await useTemporal();
  return TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
}

/** The server that runs elsewhere has it since its start. */
export async function registerAttention(env: TestWorkflowEnvironment): Promise<void> {
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: { [ATTENTION_NEEDED]: INDEXED_BOOL },
  });
}

export const progressOf = (over: Partial<OrderProgress> = {}): OrderProgress => ({
  orderId: 'o',
  status: 'NEW',
  filledQuantity: '0',
  leavesQuantity: '10',
  averageFillPrice: null,
  rejectCode: null,
  isAcknowledged: true,
  releaseAt: null,
  expiresAt: null,
  ...over,
});

export const OPERATOR: OperatorRequest = { operator: 'user/olga', reason: 'the venue is back' };

/** What becomes of an order of ten. */
export const PENDING = progressOf({ status: 'PENDING_NEW', isAcknowledged: false });
export const FILLED = progressOf({ status: 'FILLED', filledQuantity: '10', leavesQuantity: '0' });
export const CANCELED = progressOf({ status: 'CANCELED', leavesQuantity: '0' });
export const REPLACED = progressOf({ status: 'REPLACED', leavesQuantity: '0' });

export const executed = (over: Partial<ExecutedSteps>): ExecutedSteps => ({
  accept: 'ACCEPTED',
  place: 'ACKNOWLEDGED',
  booked: [],
  progress: progressOf(),
  ...over,
});

export const submissionFor = (): OrderSubmission => ({
  orderId: randomUUID(),
  accountId: randomUUID(),
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '10',
  notional: null,
  limitPrice: '200.00',
  stopPrice: null,
  trailPercent: null,
  clientOrderId: null,
  idempotency: null,
  submittedAt: new Date().toISOString(),
  acceptBy: new Date(Date.now() + 10_000).toISOString(),
});

/** The seconds of each timer that the workflow has started, in order, as the server has them. */
export async function timersOf(handle: WorkflowHandle): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ timerStartedEventAttributes }) => {
    const timeout = timerStartedEventAttributes?.startToFireTimeout;
    return timeout ? [Number(timeout.seconds ?? 0) + (timeout.nanos ?? 0) / 1e9] : [];
  });
}
