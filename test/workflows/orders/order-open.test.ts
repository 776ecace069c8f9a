import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderActivities } from '../../../activities/orders/order-activities.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import {
  CANCEL_UPDATE,
  type OrderProgress,
  type OrderStanding,
  PROGRESS_QUERY,
  REPLACE_UPDATE,
  type Replacement,
} from '../../../contracts/orders/workflow-messages.ts';
import type { ExecuteOptions } from '../../../use-cases/orders/execute-order.ts';
import type { ReplaceOptions } from '../../../use-cases/orders/replace-at-broker.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  FILLED,
  type OrderWorkflowRig,
  progressOf,
  REPLACED,
  timersOf,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig?.stop());

const LATE_FILL: ExecutionReport = {
  broker: 'paper-broker',
  sequence: 7,
  brokerExecutionId: 'x1',
  brokerClientOrderId: 'o',
  execType: 'TRADE',
  lastQuantity: '4',
  lastPrice: '199.99',
  cumulativeQuantity: '4',
  leavesQuantity: '6',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
};
const replacementFor = (): Replacement => ({
  orderId: randomUUID(),
  terms: { limitPrice: '201.00' },
  idempotency: null,
  requestedAt: '2026-11-24T14:31:00.000Z',
});

/** When each timer of the workflow was to fire, in epoch milliseconds. */
async function firesAtOf(handle: WorkflowHandle): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ eventTime, timerStartedEventAttributes }) => {
    const timeout = timerStartedEventAttributes?.startToFireTimeout;
    const startedAtMs = Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
    return timeout
      ? [startedAtMs + Number(timeout.seconds ?? 0) * 1000 + (timeout.nanos ?? 0) / 1e6]
      : [];
  });
}

/** Accepted in the night: nothing reaches the venue before `releaseAt`. */
async function acceptedFor(
  hoursAhead: number,
): Promise<{ waiting: OrderProgress; releaseAtMs: number }> {
  const releaseAtMs = (await rig.nowMs()) + hoursAhead * 3_600_000;
  const releaseAt = new Date(releaseAtMs).toISOString();
  const waiting = progressOf({ status: 'PENDING_NEW', isAcknowledged: false, releaseAt });
  return { waiting, releaseAtMs };
}

describe('an order that was accepted outside the session', () => {
  it('goes to the venue when its time comes, and not before', async () => {
    const { waiting, releaseAtMs } = await acceptedFor(64);
    const tries: { options: ExecuteOptions; atMs: number }[] = [];
    const executeOrder = async ({ askFirst, isReleased }: ExecuteOptions) => {
      const options = { askFirst, isReleased };
      tries.push({ options, atMs: await rig.nowMs() });
      return tries.length === 1
        ? executed({ place: null, progress: waiting })
        : executed({ progress: FILLED });
    };
    const timers = await rig.withOrder({ executeOrder }, async (handle) => {
      expect(await handle.result()).toEqual(FILLED);
      return firesAtOf(handle);
    });
    // The server counts from the end of the workflow task, which a busy machine makes late.
    expect(timers).toHaveLength(1);
    expect((timers[0] ?? 0) - releaseAtMs).toBeGreaterThanOrEqual(0);
    expect((timers[0] ?? 0) - releaseAtMs).toBeLessThan(10_000);
    expect(tries.map(({ options }) => options)).toEqual([
      { askFirst: false, isReleased: false },
      { askFirst: false, isReleased: true },
    ]);
    expect(tries[1]?.atMs).toBeGreaterThanOrEqual(releaseAtMs);
  });

  it('is asked for first at the venue when its worker comes so late that another may have been lost, and have sent it', async () => {
    const { waiting } = await acceptedFor(-1);
    const asked: boolean[] = [];
    const executeOrder = async ({ isReleased, askFirst }: ExecuteOptions) => {
      if (!isReleased) return executed({ place: null, progress: waiting });
      asked.push(askFirst);
      return executed({ progress: FILLED });
    };
    await rig.withOrder({ executeOrder }, (handle) => handle.result());
    expect(asked).toEqual([true]);
  });

  it('says what it waits for, and is canceled without a question to the venue', async () => {
    const { waiting } = await acceptedFor(64);
    const asked: boolean[] = [];
    const activities: Partial<OrderActivities> = {
      executeOrder: async () => executed({ place: null, progress: waiting }),
      cancelOrder: async ({ mayBeAtBroker }) => {
        asked.push(mayBeAtBroker);
        return CANCELED;
      },
    };
    await rig.withOrder(activities, async (handle) => {
      await expect
        .poll(() => handle.query<OrderStanding | null>(PROGRESS_QUERY))
        .toMatchObject({ waiting: { for: 'OPEN', until: waiting.releaseAt } });
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toEqual(CANCELED);
    });
    expect(asked).toEqual([false]);
  });

  it('is tried by the schedule when the venue is down at the open', async () => {
    const { waiting, releaseAtMs } = await acceptedFor(10);
    const at: number[] = [];
    const executeOrder = async ({ isReleased }: ExecuteOptions) => {
      if (!isReleased) return executed({ place: null, progress: waiting });
      at.push(await rig.nowMs());
      if (at.length <= 6) {
        const details = [{ step: 'PLACE', progress: waiting }];
        throw ApplicationFailure.create({
          type: 'BrokerUnavailable',
          message: 'the venue is down',
          details,
        });
      }
      return executed({ progress: FILLED });
    };
    const timers = await rig.withOrder({ executeOrder }, async (handle) => {
      expect(await handle.result()).toEqual(FILLED);
      return timersOf(handle);
    });
    // Of the long ones a moment is gone when the books know what they wait for.
    expect(timers.slice(1).map(Math.round)).toEqual([1, 5, 30, 300, 900]);
    expect(at).toHaveLength(7);
    expect(at[0]).toBeGreaterThanOrEqual(releaseAtMs);
  });
});

describe('an order that ends while fills are reported', () => {
  it('books them before its workflow ends', async () => {
    const reported = Promise.withResolvers<void>();
    const booked: string[] = [];
    const activities: Partial<OrderActivities> = {
      executeOrder: async () => executed({}),
      cancelOrder: async () => {
        await reported.promise;
        return CANCELED;
      },
      bookReports: async ({ reports }) => {
        booked.push(...reports.map(({ brokerExecutionId }) => brokerExecutionId));
        return { ...CANCELED, filledQuantity: '4' };
      },
    };
    await rig.withOrder(activities, async (handle) => {
      await expect.poll(() => handle.query(PROGRESS_QUERY)).toMatchObject({ status: 'NEW' });
      const cancel = await handle.startUpdate(CANCEL_UPDATE, {
        args: ['client'],
        waitForStage: 'ACCEPTED',
      });
      await handle.signal('executionReports', [LATE_FILL]);
      reported.resolve();
      await cancel.result();
      expect(await handle.result()).toMatchObject({ status: 'CANCELED', filledQuantity: '4' });
    });
    expect(booked).toEqual(['x1']);
  });
});

describe('a replacement', () => {
  it('ends the original as REPLACED', async () => {
    const asked: [Replacement, boolean][] = [];
    const replaceOrder = async ({ replacement, mayBeAtBroker }: ReplaceOptions) => {
      asked.push([replacement, mayBeAtBroker]);
      return REPLACED;
    };
    const replacement = replacementFor();
    await rig.withOrder(
      { executeOrder: async () => executed({}), replaceOrder },
      async (handle) => {
        await expect.poll(() => handle.query(PROGRESS_QUERY)).toMatchObject({ status: 'NEW' });
        expect(await handle.executeUpdate(REPLACE_UPDATE, { args: [replacement] })).toEqual(
          REPLACED,
        );
        expect(await handle.result()).toEqual(REPLACED);
      },
    );
    expect(asked).toEqual([[replacement, true]]);
  });

  it('leaves the original at work when it is rejected', async () => {
    const activities: Partial<OrderActivities> = {
      executeOrder: async () => executed({}),
      replaceOrder: async () =>
        progressOf({ status: 'PARTIALLY_FILLED', filledQuantity: '4', leavesQuantity: '6' }),
      cancelOrder: async () => CANCELED,
    };
    await rig.withOrder(activities, async (handle) => {
      await expect.poll(() => handle.query(PROGRESS_QUERY)).toMatchObject({ status: 'NEW' });
      expect(
        await handle.executeUpdate(REPLACE_UPDATE, { args: [replacementFor()] }),
      ).toMatchObject({ leavesQuantity: '6' });
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toEqual(CANCELED);
    });
  });

  it('is answered also when the original fills while the venue is silent about it', async () => {
    let calls = 0;
    const activities: Partial<OrderActivities> = {
      executeOrder: async () => executed({}),
      bookReports: async () => FILLED,
      replaceOrder: async () => {
        calls += 1;
        if (calls < 7)
          throw ApplicationFailure.create({ type: 'BrokerOutcomeUnknown', message: 'no answer' });
        return FILLED;
      },
    };
    await rig.withOrder(activities, async (handle) => {
      await expect.poll(() => handle.query(PROGRESS_QUERY)).toMatchObject({ status: 'NEW' });
      const update = await handle.startUpdate(REPLACE_UPDATE, {
        args: [replacementFor()],
        waitForStage: 'ACCEPTED',
      });
      await handle.signal('executionReports', [{ sequence: 1, execType: 'TRADE' }]);
      expect(await handle.result()).toEqual(FILLED);
      expect(await update.result()).toEqual(FILLED);
    });
    expect(calls).toBe(7);
  });

  it('is rejected while another one is under way', async () => {
    let isSilent = true;
    const replaceOrder = async () => {
      if (isSilent)
        throw ApplicationFailure.create({ type: 'BrokerOutcomeUnknown', message: 'no answer' });
      return REPLACED;
    };
    await rig.withOrder(
      { executeOrder: async () => executed({}), replaceOrder },
      async (handle) => {
        await expect.poll(() => handle.query(PROGRESS_QUERY)).toMatchObject({ status: 'NEW' });
        const first = await handle.startUpdate(REPLACE_UPDATE, {
          args: [replacementFor()],
          waitForStage: 'ACCEPTED',
        });
        const rejection = await handle
          .executeUpdate(REPLACE_UPDATE, { args: [replacementFor()] })
          .catch((error: unknown) => error);
        expect(rejection).toBeInstanceOf(WorkflowUpdateFailedError);
        expect((rejection as WorkflowUpdateFailedError).cause).toMatchObject({
          type: 'ORDER_NOT_REPLACEABLE',
        });
        isSilent = false;
        expect(await first.result()).toEqual(REPLACED);
      },
    );
  });
});
