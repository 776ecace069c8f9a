import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { type Logger, Worker } from '@temporalio/worker';
import type { OrderActivities } from '../../activities/orders/order-activities.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import {
  type ExecutedSteps,
  ORDER_WORKFLOW,
  type OrderProgress,
  type OrderStanding,
  type OrderStep,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
  type StepFailureFacts,
} from '../../contracts/orders/workflow-messages.ts';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';
import { useOwnTimeSkipping } from '../support/time-skipping.ts';
import type { History } from './history-json.ts';

/** Each has a schedule of its own. */
const TROUBLES = {
  place: { step: 'PLACE', code: 'BrokerUnavailable' },
  book: { step: 'BOOK', code: 'DATABASE_UNAVAILABLE' },
} as const;

/** Longer than the longest single wait. */
const WAIT_MS_MAX = 7 * 3_600_000;
const POLL_MS = 20;

/**
 * Orders that wait through their whole schedule, then for an operator who sends them on, with the
 * workflows as they are: on Temporal's time-skipping server the hours are over at once. What their
 * steps do is played; by label.
 */
export async function playAllWaits(
  logger: Logger,
  say: (line: string) => void,
): Promise<Record<string, History>> {
  const env = await useOwnTimeSkipping(say);
  try {
    const workflowBundle = await bundleWorkflows(logger);
    const histories: Record<string, History> = {};
    for (const [label, trouble] of Object.entries(TROUBLES)) {
      const troubled = troubledSteps(trouble.step, trouble.code);
      const { activities } = troubled;
      const worker = await Worker.create({
        connection: env.nativeConnection,
        taskQueue: label,
        workflowBundle,
        activities,
      });
      histories[label] = await worker.runUntil(async () => {
        const order = submission();
        const options = {
          workflowId: orderWorkflowId(order.orderId),
          taskQueue: label,
          args: [order],
        };
        const handle = await env.client.workflow.start(ORDER_WORKFLOW, options);
        await untilSuspended(handle, env);
        troubled.mend();
        await handle.executeUpdate(RETRY_NOW_UPDATE, {
          args: [{ operator: 'user/operator', reason: 'the cause is mended' }],
        });
        await handle.result();
        return handle.fetchHistory();
      });
    }
    return histories;
  } finally {
    await env.teardown();
  }
}

async function untilSuspended(handle: WorkflowHandle, env: TestWorkflowEnvironment): Promise<void> {
  for (;;) {
    const standing = await handle.query<OrderStanding | null>(PROGRESS_QUERY);
    if (standing?.status === 'SUSPENDED' && standing.waiting?.for === 'OPERATOR') return;
    const until = standing?.waiting?.until;
    if (until)
      await env.sleep(
        Math.min(Math.max(Date.parse(until) - (await env.currentTimeMs()), 1), WAIT_MS_MAX),
      );
    else await sleep(POLL_MS);
  }
}

/** Steps that fail until they are mended. */
function troubledSteps(
  step: OrderStep,
  code: string,
): { activities: Partial<OrderActivities>; mend(): void } {
  let isMended = false;
  const stood: OrderProgress = {
    ...{
      orderId: 'order',
      status: 'PENDING_NEW',
      filledQuantity: '0',
      leavesQuantity: '10',
      averageFillPrice: null,
      rejectCode: null,
    },
    ...{ isAcknowledged: false, releaseAt: null, expiresAt: null },
  };
  const filled: ExecutedSteps = {
    ...{ accept: 'ACCEPTED', place: 'ACKNOWLEDGED', booked: [] },
    progress: {
      ...stood,
      status: 'FILLED',
      isAcknowledged: true,
      filledQuantity: '10',
      leavesQuantity: '0',
      averageFillPrice: '100',
    },
  };
  const facts: StepFailureFacts = { step, progress: stood };
  return {
    activities: {
      executeOrder: async () => {
        if (isMended) return filled;
        throw ApplicationFailure.create({ type: code, message: code, details: [facts] });
      },
      suspendOrder: async () => ({ ...stood, status: 'SUSPENDED' }),
      resumeOrder: async () => stood,
      recordAttempts: async () => {},
    },
    mend: () => {
      isMended = true;
    },
  };
}

const submission = (): OrderSubmission => ({
  ...{
    orderId: randomUUID(),
    accountId: randomUUID(),
    symbol: 'AAPL',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '10',
  },
  ...{
    notional: null,
    limitPrice: '100.00',
    stopPrice: null,
    trailPercent: null,
    clientOrderId: null,
    idempotency: null,
  },
  ...{ submittedAt: '2026-11-24T14:30:00.000Z', acceptBy: '2026-11-24T14:30:10.000Z' },
});
