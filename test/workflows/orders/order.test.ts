import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { type WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import {
  CANCEL_UPDATE,
  EXECUTION_REPORTS_SIGNAL,
  type ExecutedSteps,
  PROGRESS_QUERY,
  REQUEST_CANCEL_SIGNAL,
} from '../../../contracts/orders/workflow-messages.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  type OrderWorkflowRig,
  progressOf,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig?.stop());

const FILLED = progressOf({
  status: 'FILLED',
  filledQuantity: '10',
  leavesQuantity: '0',
  averageFillPrice: '199.99',
});
const resting = async () => executed({});
const report = (id: string): ExecutionReport => ({
  broker: 'paper-broker',
  sequence: 7,
  brokerExecutionId: id,
  brokerClientOrderId: 'o',
  execType: 'TRADE',
  lastQuantity: '10',
  lastPrice: '199.99',
  cumulativeQuantity: '10',
  leavesQuantity: '0',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
});

describe('the uninterrupted stretch', () => {
  it('ends a filled order in one workflow task and six events', async () => {
    const result = await rig.withOrder(
      { executeOrder: async () => executed({ booked: ['x1'], progress: FILLED }) },
      async (handle) => {
        expect(await handle.result()).toEqual(FILLED);
        return handle.fetchHistory();
      },
    );
    const types = result.events?.map((event) => event.eventType) ?? [];
    expect(types).toHaveLength(6);
    expect(
      result.events?.filter((event) => event.workflowTaskCompletedEventAttributes),
    ).toHaveLength(1);
  });

  it('completes with the reason when the order is rejected', async () => {
    const rejected = progressOf({
      status: 'REJECTED',
      rejectCode: 'UNKNOWN_SYMBOL',
      leavesQuantity: '0',
    });
    const result = await rig.withOrder(
      {
        executeOrder: async () => executed({ accept: 'REJECTED', place: null, progress: rejected }),
      },
      (handle) => handle.result(),
    );
    expect(result).toEqual(rejected);
  });

  it('ends without an order, and without a failure, when nobody decided in time', async () => {
    const lapsed = executed({ accept: 'LAPSED', place: null, progress: null });
    const result = await rig.withOrder({ executeOrder: async () => lapsed }, (handle) =>
      handle.result(),
    );
    expect(result).toBeNull();
  });

  it('goes on as a normal activity that asks first, until the venue is back', async () => {
    const asked: boolean[] = [];
    const executeOrder = async ({ askFirst }: { askFirst: boolean }): Promise<ExecutedSteps> => {
      asked.push(askFirst);
      if (asked.length < 4)
        throw ApplicationFailure.create({
          type: 'BrokerUnavailable',
          message: 'the venue is down',
        });
      return executed({ progress: FILLED });
    };
    expect(await rig.withOrder({ executeOrder }, (handle) => handle.result())).toEqual(FILLED);
    expect(asked).toEqual([false, true, true, true]);
  });

  it('completes without an order when the client order id is another one’s: a mistake of its client, no failure', async () => {
    const executeOrder = async (): Promise<ExecutedSteps> => ({
      ...executed({ progress: FILLED }),
      ...{
        accept: 'DECLINED',
        declinedFor: 'CLIENT_ORDER_ID_REUSED',
        place: null,
        booked: [],
        progress: null,
      },
    });
    await rig.withOrder({ executeOrder }, async (handle) => {
      expect(await handle.result()).toBeNull();
      expect((await handle.describe()).status.name).toBe('COMPLETED');
      await rig.replay(handle);
    });
  });

  it('fails at once on what no retry mends', async () => {
    let attempts = 0;
    const executeOrder = async (): Promise<ExecutedSteps> => {
      attempts += 1;
      throw ApplicationFailure.nonRetryable('taken', 'CLIENT_ORDER_ID_REUSED');
    };
    const failure = await rig.withOrder({ executeOrder }, (handle) =>
      handle.result().catch((error: unknown) => error),
    );
    expect((failure as WorkflowFailedError).cause).toMatchObject({
      type: 'CLIENT_ORDER_ID_REUSED',
    });
    expect(attempts).toBe(1);
  });
});

describe('a resting order', () => {
  it('books the reports that are signalled and ends when it is filled', async () => {
    const booked: string[] = [];
    const bookReports = async ({ reports }: { reports: ExecutionReport[] }) => {
      booked.push(...reports.map((each) => each.brokerExecutionId));
      return booked.length < 2
        ? progressOf({ status: 'PARTIALLY_FILLED', filledQuantity: '5', leavesQuantity: '5' })
        : FILLED;
    };
    const result = await rig.withOrder({ executeOrder: resting, bookReports }, async (handle) => {
      await handle.signal(EXECUTION_REPORTS_SIGNAL, [report('x1')]);
      await handle.signal(EXECUTION_REPORTS_SIGNAL, [report('x2')]);
      return handle.result();
    });
    expect(result).toEqual(FILLED);
    expect(booked).toEqual(['x1', 'x2']);
  });

  it('asks the venue by itself after 15 minutes, an hour, six hours and a day of silence', async () => {
    const waits: number[] = [];
    let last = 0;
    const refreshOrder = async () => {
      const now = await rig.nowMs();
      waits.push(Math.round((now - last) / 60_000));
      last = now;
      return waits.length < 5 ? progressOf() : FILLED;
    };
    const executeOrder = async () => {
      last = await rig.nowMs();
      return executed({});
    };
    await rig.withOrder({ executeOrder, refreshOrder }, (handle) => handle.result());
    expect(waits).toEqual([15, 60, 360, 1440, 1440]);
  });

  it('asks the venue for the first time when its own time for it has come, within the workflow task', async () => {
    const at: number[] = [];
    const refreshOrder = async () => {
      at.push(await rig.nowMs());
      return at.length < 3 ? progressOf() : FILLED;
    };
    const executeOrder = async () => {
      at.push(await rig.nowMs());
      return executed({});
    };
    const scheduled = await rig.withOrder(
      { executeOrder, refreshOrder },
      async (handle) => {
        await handle.result();
        return (await handle.fetchHistory()).events?.filter(
          (event) => event.activityTaskScheduledEventAttributes,
        ).length;
      },
      // 0x8e38 of 0x10000 of the way from 15 minutes to 60.
      { orderId: `${randomUUID().slice(0, -4)}8e38` },
    );
    expect(at.slice(1).map((ms, index) => Math.round((ms - (at[index] ?? 0)) / 60_000))).toEqual([
      40, 60,
    ]);
    expect(scheduled).toBe(0);
  });

  it('is canceled by an update that answers when the venue has spoken', async () => {
    const cancelOrder = async ({ actor }: { actor: string }) => {
      expect(actor).toBe('client');
      return CANCELED;
    };
    await rig.withOrder({ executeOrder: resting, cancelOrder }, async (handle) => {
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toEqual(CANCELED);
      expect(await handle.result()).toEqual(CANCELED);
    });
  });

  it('is canceled by a signal of one who does not wait for the answer', async () => {
    await rig.withOrder(
      { executeOrder: resting, cancelOrder: async () => CANCELED },
      async (handle) => {
        await handle.signal(REQUEST_CANCEL_SIGNAL, 'client');
        expect(await handle.result()).toEqual(CANCELED);
      },
    );
  });

  it('goes on resting when the venue rejects the cancel', async () => {
    const cancelOrder = async () =>
      progressOf({ status: 'PARTIALLY_FILLED', filledQuantity: '4', leavesQuantity: '6' });
    await rig.withOrder(
      { executeOrder: resting, cancelOrder, bookReports: async () => FILLED },
      async (handle) => {
        expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toMatchObject({
          status: 'PARTIALLY_FILLED',
        });
        expect(await handle.query(PROGRESS_QUERY)).toMatchObject({ leavesQuantity: '6' });
        await handle.signal(EXECUTION_REPORTS_SIGNAL, [report('x1')]);
        expect(await handle.result()).toEqual(FILLED);
      },
    );
  });

  it('is canceled by a cancellation of its workflow', async () => {
    await rig.withOrder(
      { executeOrder: resting, cancelOrder: async () => CANCELED },
      async (handle) => {
        await expect.poll(() => handle.query(PROGRESS_QUERY)).toMatchObject({ status: 'NEW' });
        await handle.cancel();
        expect(await handle.result()).toEqual(CANCELED);
      },
    );
  });
});

it('rejects to cancel a closed order', async () => {
  const cancelOrder = async () => CANCELED;
  await rig.withOrder({ executeOrder: resting, cancelOrder }, async (handle) => {
    const [first, second] = await Promise.allSettled([
      handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] }),
      handle.result().then(() => handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second.status).toBe('rejected');
    expect((second as PromiseRejectedResult).reason).not.toBeInstanceOf(WorkflowUpdateFailedError);
  });
});
