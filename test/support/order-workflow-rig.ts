import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import type { OrderActivities } from '../../activities/order-activities.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { OrderSubmission } from '../../contracts/orders.ts';
import { type ExecutedSteps, ORDER_WORKFLOW, type OrderProgress } from '../../contracts/workflow-messages.ts';
import { useTemporal, useTimeSkipping } from './services.ts';

/** Failing activities are what these tests are about: their warnings say nothing. */
Runtime.install({ logger: new DefaultLogger('ERROR') });

export interface OrderWorkflowRig {
  /** What the server takes for now. */
  nowMs(): Promise<number>;
  /** Runs the order workflow with these activities in place of the real ones, on a queue of its own, while `body` runs. */
  withOrder<T>(
    activities: Partial<OrderActivities>,
    body: (handle: WorkflowHandle) => Promise<T>,
    over?: Partial<OrderSubmission>,
  ): Promise<T>;
  stop(): Promise<void>;
}

/** On Temporal's time-skipping server a wait of hours is over at once, to the second; `real` is the server that runs elsewhere, in its own time. */
export async function createOrderWorkflowRig(server: 'time-skipping' | 'real'): Promise<OrderWorkflowRig> {
  const env = await createEnvironment(server);
  const workflowsPath = new URL('../../workflows/index.ts', import.meta.url).pathname;
  const workflowBundle: WorkflowBundle = await bundleWorkflowCode({ workflowsPath });
  return {
    nowMs: () => env.currentTimeMs(),
    async withOrder(activities, body, over = {}) {
      const taskQueue = `orders-${randomUUID()}`;
      const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, workflowBundle, activities });
      const submission = { ...submissionFor(), ...over };
      return worker.runUntil(async () => {
        const handle = await env.client.workflow.start(ORDER_WORKFLOW, {
          workflowId: orderWorkflowId(submission.orderId),
          taskQueue,
          args: [submission],
        });
        return body(handle);
      });
    },
    stop: () => env.teardown(),
  };
}

async function createEnvironment(server: 'time-skipping' | 'real'): Promise<TestWorkflowEnvironment> {
  if (server === 'time-skipping') {
    const executable = { type: 'existing-path', path: await useTimeSkipping() } as const;
    return TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  }
  const { address, namespace } = await useTemporal();
  return TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
}

export const progressOf = (over: Partial<OrderProgress> = {}): OrderProgress => ({
  orderId: 'o',
  status: 'NEW',
  filledQuantity: '0',
  leavesQuantity: '10',
  averageFillPrice: null,
  rejectCode: null,
  expiresAt: null,
  ...over,
});

export const executed = (over: Partial<ExecutedSteps>): ExecutedSteps => ({
  accept: 'ACCEPTED',
  place: 'ACKNOWLEDGED',
  booked: [],
  progress: progressOf(),
  ...over,
});

const submissionFor = (): OrderSubmission => ({
  orderId: randomUUID(),
  accountId: randomUUID(),
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '10',
  limitPrice: '200.00',
  clientOrderId: null,
  idempotency: null,
  submittedAt: '2026-11-24T14:30:00.000Z',
  acceptBy: '2026-11-24T14:30:10.000Z',
});
