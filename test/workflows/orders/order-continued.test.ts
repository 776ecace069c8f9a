import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OrderActivities } from '../../../activities/orders/order-activities.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import {
  CANCEL_UPDATE,
  EXECUTION_REPORTS_SIGNAL,
  type OrderProgress,
  type OrderStanding,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
} from '../../../contracts/orders/workflow-messages.ts';
import {
  createOrderWorkflowRig,
  executed,
  OPERATOR,
  type OrderWorkflowRig,
  progressOf,
} from '../../support/order-workflow-rig.ts';
import { type RunHistory, readChain } from '../../support/run-chain.ts';
import { useTemporal } from '../../support/services.ts';

/**
 * On the server that operators use: its suggestion to continue, its races and its limits are what
 * this is about.
 */
let rig: OrderWorkflowRig;
let suggestedEvents: number;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('real');
  ({ suggestedEvents } = await useTemporal());
});
afterAll(() => rig?.stop());

/** What comes in during the workflow task to which the server suggests to continue. */
const EVENTS_OF_ONE_TASK_MAX = 304;
const FILLS_AT_ONCE = 20;
/**
 * The server throws away a workflow task during which a hundred signals come in: the reader of
 * reports sends no more than 20 a second.
 */
const UNBOOKED_MAX = 60;
const TIMEOUT_MS = 150_000;

const fill = (sequence: number): ExecutionReport => ({
  broker: 'paper-broker',
  sequence,
  brokerExecutionId: `x${sequence}`,
  brokerClientOrderId: 'o',
  execType: 'TRADE',
  lastQuantity: '1',
  lastPrice: '199.99',
  cumulativeQuantity: String(sequence),
  leavesQuantity: '1',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
});

/** The books of one order as Postgres keeps them: an execution counts once. */
function createBooks() {
  let quantity = 1_000_000;
  const booked = new Set<string>();
  let isCanceled = false;
  let executions = 0;
  const progress = (): OrderProgress => {
    const isFilled = booked.size === quantity;
    const status = isFilled
      ? 'FILLED'
      : isCanceled
        ? 'CANCELED'
        : booked.size > 0
          ? 'PARTIALLY_FILLED'
          : 'NEW';
    const leavesQuantity = isFilled || isCanceled ? '0' : String(quantity - booked.size);
    return progressOf({ status, filledQuantity: String(booked.size), leavesQuantity });
  };
  return {
    /** In the order of their first booking. */
    booked: () => [...booked],
    executions: () => executions,
    progress,
    /** How many shares make the order whole. */
    fillAt: (shares: number) => {
      quantity = shares;
    },
    activities: {
      executeOrder: async () => {
        executions += 1;
        return executed({ progress: progress() });
      },
      bookReports: async ({ reports }: { reports: ExecutionReport[] }) => {
        for (const { brokerExecutionId } of reports) booked.add(brokerExecutionId);
        return progress();
      },
      cancelOrder: async () => {
        isCanceled = true;
        return progress();
      },
    } satisfies Partial<OrderActivities>,
  };
}

type Books = ReturnType<typeof createBooks>;

/**
 * Sends the fills `from` to `to` as the reader of reports does: signal by signal, now and then two
 * fills in one.
 */
async function sendFills(handle: WorkflowHandle, from: number, to: number): Promise<void> {
  for (let sequence = from; sequence <= to; ) {
    const reports =
      sequence % 5 === 0 && sequence < to ? [fill(sequence), fill(sequence + 1)] : [fill(sequence)];
    sequence += reports.length;
    await handle.signal(EXECUTION_REPORTS_SIGNAL, reports);
  }
}

/** The executions in the order in which the server took them. */
async function takenIn(
  { client, workflowId }: WorkflowHandle,
  chain: readonly RunHistory[],
): Promise<string[]> {
  const histories = await Promise.all(
    chain.map(({ runId }) => client.getHandle(workflowId, runId).fetchHistory()),
  );
  return histories
    .flatMap(({ events }) => events ?? [])
    .flatMap((event) => event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [])
    .flatMap((payload) => defaultPayloadConverter.fromPayload<ExecutionReport[]>(payload))
    .map(({ brokerExecutionId }) => brokerExecutionId);
}

/**
 * Sends fills until it `isEnough`, as fast as the workflow books them. Returns the number of the
 * last.
 */
async function fillUntil(
  handle: WorkflowHandle,
  books: Books,
  from: number,
  isEnough: () => Promise<boolean>,
): Promise<number> {
  for (let next = from; ; next += FILLS_AT_ONCE) {
    const last = next + FILLS_AT_ONCE - 1;
    await sendFills(handle, next, last);
    await vi.waitUntil(() => last - books.booked().length <= UNBOOKED_MAX, {
      timeout: TIMEOUT_MS,
      interval: 5,
    });
    if (await isEnough()) return last;
  }
}

const filledOf = async (handle: WorkflowHandle): Promise<number> =>
  Number((await handle.query<OrderStanding | null>(PROGRESS_QUERY))?.filledQuantity ?? 0);

const mostEvents = (chain: readonly RunHistory[]): number =>
  Math.max(...chain.map(({ events }) => events));
const executionIds = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `x${index + 1}`);

describe('an order with thousands of fills', () => {
  it('goes through them in runs of bounded histories, and books each one, in its order', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const books = createBooks();
    await rig.withOrder(books.activities, async (handle) => {
      const { runId } = await handle.describe();
      const last = await fillUntil(
        handle,
        books,
        1,
        async () => (await handle.describe()).runId !== runId,
      );
      books.fillAt(last + FILLS_AT_ONCE);
      await sendFills(handle, last + 1, last + FILLS_AT_ONCE);
      expect(await handle.result()).toEqual(books.progress());
      expect(books.progress()).toMatchObject({
        status: 'FILLED',
        filledQuantity: String(last + FILLS_AT_ONCE),
      });
      const chain = await readChain(handle, handle.firstExecutionRunId);
      expect(books.booked()).toEqual(await takenIn(handle, chain));
      expect(books.booked()).toEqual(executionIds(last + FILLS_AT_ONCE));
      expect(chain.length).toBeGreaterThan(1);
      expect(mostEvents(chain)).toBeLessThan(suggestedEvents + EVENTS_OF_ONE_TASK_MAX);
      console.info(
        `${books.booked().length} fills in ${chain.length} runs of ${chain.map(({ events }) => events).join(', ')} events`,
      );
    });
    expect(books.executions()).toBe(1);
  });

  it('answers and obeys after it has gone on in a new run as before', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const books = createBooks();
    await rig.withOrder(books.activities, async (handle) => {
      const { runId } = await handle.describe();
      const last = await fillUntil(
        handle,
        books,
        1,
        async () => (await handle.describe()).runId !== runId,
      );
      await expect.poll(() => filledOf(handle), { timeout: 30_000 }).toBe(last);
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toEqual(
        books.progress(),
      );
      expect(await handle.result()).toMatchObject({
        status: 'CANCELED',
        filledQuantity: String(last),
      });
      expect(books.booked()).toEqual(executionIds(last));
    });
    expect(books.executions()).toBe(1);
  });

  it('does not go on in a new run while a client waits for its cancel, and does so soon after', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const books = createBooks();
    let isSilent = true;
    const cancelOrder = async (): Promise<OrderProgress> => {
      if (isSilent)
        throw ApplicationFailure.create({ type: 'BrokerOutcomeUnknown', message: 'no answer' });
      return books.progress();
    };
    await rig.withOrder({ ...books.activities, cancelOrder }, async (handle) => {
      const { runId } = await handle.describe();
      let last = await fillUntil(
        handle,
        books,
        1,
        async () => (await handle.describe()).historyLength > suggestedEvents * 0.88,
      );
      const cancel = await handle.startUpdate(CANCEL_UPDATE, {
        args: ['client'],
        waitForStage: 'ACCEPTED',
      });
      last = await fillUntil(
        handle,
        books,
        last + 1,
        async () => (await handle.describe()).historyLength > suggestedEvents + 300,
      );
      expect((await handle.describe()).runId).toBe(runId);
      isSilent = false;
      await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
      expect(await cancel.result()).toMatchObject({ status: 'PARTIALLY_FILLED' });
      last = await fillUntil(
        handle,
        books,
        last + 1,
        async () => (await handle.describe()).runId !== runId,
      );
      await expect.poll(() => filledOf(handle), { timeout: 30_000 }).toBe(last);
      expect(books.booked()).toEqual(executionIds(last));
    });
  });
});
