import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { OrderActivities } from '../../activities/orders/order-activities.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import {
  type ExecutedSteps,
  type OperatorRequest,
  ORDER_WORKFLOW,
  type OrderProgress,
} from '../../contracts/orders/workflow-messages.ts';
import './quiet-runtime.ts';
import { useTemporal } from './services.ts';
import { createSharedWorker } from './shared-worker.ts';
import { useTimeSkipping } from './time-skipping.ts';
import { useWorkflowBundle } from './workflow-bundle.ts';

interface LateOptions {
  /** So long after the order its worker comes. */
  lateMs?: number;
  /** Asks the order something before its worker is there. */
  askEarly?: (handle: WorkflowHandle) => Promise<unknown>;
  dataConverter?: DataConverter;
}

export interface OrderWorkflowRig {
  /** What the server takes for now. */
  nowMs(): Promise<number>;
  /** Lets so much of the server's time pass. */
  sleep(ms: number): Promise<void>;
  /**
   * Runs the order workflow with these activities in place of the real ones while `body` runs. With
   * `lateMs`, its worker comes so long after the order.
   */
  withOrder<T>(
    activities: Partial<OrderActivities>,
    body: (handle: WorkflowHandleWithFirstExecutionRunId) => Promise<T>,
    over?: Partial<OrderSubmission>,
    options?: LateOptions,
  ): Promise<T>;
  /** Throws when the workflow does not fit the history that it has made. */
  replay(handle: WorkflowHandle): Promise<void>;
  stop(): Promise<void>;
}

/**
 * On Temporal's time-skipping server a wait of hours is over at once, to the second; `real` is the
 * server that runs elsewhere, in its own time.
 */
export async function createOrderWorkflowRig(
  server: 'time-skipping' | 'real',
): Promise<OrderWorkflowRig> {
  const workflowBundle = await useWorkflowBundle();
  const env = await createEnvironment(server);
  const shared = await createSharedWorker(env, workflowBundle);

  async function withLateWorker<T>(
    activities: Partial<OrderActivities>,
    body: (handle: WorkflowHandleWithFirstExecutionRunId) => Promise<T>,
    { type, workflowId, args }: ReturnType<typeof orderWorkflow>,
    { lateMs = 0, askEarly, dataConverter }: LateOptions,
  ): Promise<T> {
    const taskQueue = `orders-${randomUUID()}`;
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle,
      activities,
      ...(dataConverter && { dataConverter }),
    });
    const handle = await env.client.workflow.start(type, { workflowId, taskQueue, args });
    const answer = askEarly?.(handle);
    if (lateMs > 0) await env.sleep(lateMs);
    return worker.runUntil(async () => {
      await answer;
      return body(handle);
    });
  }

  return {
    nowMs: () => env.currentTimeMs(),
    sleep: (ms) => env.sleep(ms),
    withOrder(activities, body, over = {}, options = {}) {
      const served = { refreshOrder: brokerIsAway, recordAttempts: async () => {}, ...activities };
      const workflow = orderWorkflow(over);
      return options.lateMs !== undefined || options.dataConverter
        ? withLateWorker(served, body, workflow, options)
        : shared.run(served, workflow, body);
    },
    replay: async (handle) =>
      Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory(), handle.workflowId),
    async stop() {
      await shared.stop();
      await env.teardown();
    },
  };
}

function orderWorkflow(over: Partial<OrderSubmission>) {
  const submission = { ...submissionFor(), ...over };
  return {
    type: ORDER_WORKFLOW,
    workflowId: orderWorkflowId(submission.orderId),
    args: [submission],
  };
}

async function createEnvironment(
  server: 'time-skipping' | 'real',
): Promise<TestWorkflowEnvironment> {
  if (server === 'time-skipping') return useTimeSkipping();
  const { address, namespace } = await useTemporal();
  return TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
}

/** Of a test that says nothing of it: an order that rests long asks some time. */
const brokerIsAway: OrderActivities['refreshOrder'] = async () => {
  throw ApplicationFailure.create({ type: 'BrokerUnavailable', message: 'the broker is away' });
};

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

/** Its workflow asks the broker after 15 minutes of silence: that goes by the end of the id. */
export const submissionFor = (): OrderSubmission => ({
  orderId: `${randomUUID().slice(0, -4)}0000`,
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
