import { ApplicationFailure } from '@temporalio/activity';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderActivities } from '../../../activities/orders/order-activities.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import {
  CANCEL_UPDATE,
  EXECUTION_REPORTS_SIGNAL,
  FAIL_UPDATE,
  type OperatorRequest,
  type OrderProgress,
  type OrderStanding,
  type OrderStep,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
  type Suspension,
} from '../../../contracts/orders/workflow-messages.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  FILLED,
  OPERATOR,
  type OrderWorkflowRig,
  PENDING,
  progressOf,
  timersOf,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig?.stop());

const QUICK_S = [0, 1, 5, 30];
const EXECUTION_S = [5 * 60, 15 * 60, 3600, 6 * 3600];
const BOOKING_S = [2 * 60, 10 * 60, 30 * 60, 2 * 3600];
const SCHEDULES = { PLACE: [...QUICK_S, ...EXECUTION_S], BOOK: [...QUICK_S, ...BOOKING_S] };
const FAILED = progressOf({
  status: 'REJECTED',
  rejectCode: 'OPERATOR_FAILED',
  leavesQuantity: '0',
});
const fillReport: ExecutionReport = {
  broker: 'paper-broker',
  sequence: 7,
  brokerExecutionId: 'x1',
  brokerClientOrderId: 'o',
  execType: 'TRADE',
  lastQuantity: '10',
  lastPrice: '199.99',
  cumulativeQuantity: '10',
  leavesQuantity: '0',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
};

const failAt = (step: OrderStep, code: string, progress: OrderProgress) =>
  ApplicationFailure.create({ type: code, message: code, details: [{ step, progress }] });

/**
 * Activities around a stretch that fails as long as `isDown`; they keep the books of one order as
 * Postgres would.
 */
function troubled(step: 'PLACE' | 'BOOK', code: string, standing: OrderProgress = PENDING) {
  const at: number[] = [];
  const said: {
    suspensions: Suspension[];
    resumed: (OperatorRequest | null)[];
    failed: [OperatorRequest, boolean][];
    canceled: [string, boolean][];
    expired: boolean[];
  } = { suspensions: [], resumed: [], failed: [], canceled: [], expired: [] };
  const state = { isDown: true, code, standing };
  const stand = (over: Partial<OrderProgress>): OrderProgress => {
    state.standing = { ...state.standing, ...over };
    return state.standing;
  };
  const activities: Partial<OrderActivities> = {
    executeOrder: async () => {
      at.push(await rig.nowMs());
      if (!state.isDown) return executed({ progress: FILLED });
      throw failAt(step, state.code, state.standing);
    },
    suspendOrder: async ({ suspension }) => {
      said.suspensions.push(suspension);
      return stand({ status: 'SUSPENDED' });
    },
    resumeOrder: async ({ request }) => {
      said.resumed.push(request);
      return stand({ status: 'PENDING_NEW' });
    },
    cancelOrder: async ({ actor, mayBeAtBroker }) => {
      said.canceled.push([actor, mayBeAtBroker]);
      return CANCELED;
    },
    failOrder: async ({ request, mayBeAtBroker }) => {
      said.failed.push([request, mayBeAtBroker]);
      return FAILED;
    },
    expireOrder: async ({ mayBeAtBroker }) => {
      said.expired.push(mayBeAtBroker);
      return stand({ status: 'EXPIRED', leavesQuantity: '0' });
    },
  };
  return { activities, state, said, at };
}

/** A wait of minutes is shorter by the moment in which the books are told of it. */
const secondsWaited = async (handle: WorkflowHandle): Promise<number[]> =>
  (await timersOf(handle)).map(Math.round);

const standingOf = (handle: WorkflowHandle) => handle.query<OrderStanding | null>(PROGRESS_QUERY);

/**
 * Lets time pass until so many attempts have failed and the workflow waits for the next one, or for
 * an operator.
 */
async function untilFailed(handle: WorkflowHandle, failures: number): Promise<void> {
  for (;;) {
    const waiting = (await standingOf(handle))?.waiting;
    if (waiting && waiting.failures >= failures) return;
    const until = waiting?.until ? Date.parse(waiting.until) - (await rig.nowMs()) : 0;
    await rig.sleep(Math.max(until, 50));
  }
}

async function untilSuspended(handle: WorkflowHandle): Promise<void> {
  await untilFailed(handle, SCHEDULES.PLACE.length + 1);
  await expect
    .poll(async () => (await standingOf(handle))?.status, { timeout: 20_000 })
    .toBe('SUSPENDED');
}

const TROUBLES = [
  { step: 'PLACE', code: 'BrokerUnavailable' },
  { step: 'BOOK', code: 'DATABASE_UNAVAILABLE' },
] as const;

describe.each(TROUBLES)('an order whose $step fails with $code', ({ step, code }) => {
  const schedule = SCHEDULES[step];

  it('is tried again by its schedule, to the second, and then waits for an operator', async () => {
    const trouble = troubled(step, code);
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilSuspended(handle);
      expect(await secondsWaited(handle)).toEqual(schedule.filter((waitS) => waitS > 0));
      expect(trouble.at).toHaveLength(schedule.length + 1);
      expect(trouble.said.suspensions).toEqual([{ step, code, failures: schedule.length + 1 }]);
      const standing = await standingOf(handle);
      expect(standing?.waiting).toEqual({
        for: 'OPERATOR',
        step,
        until: null,
        failures: schedule.length + 1,
        lastFailure: code,
      });
      await rig.sleep(48 * 3_600_000);
      expect(trouble.at).toHaveLength(schedule.length + 1);
      await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
      await handle.result();
    });
  });

  it.each(schedule.map((waitS, index) => ({ waitS, failures: index + 1 })).slice(QUICK_S.length))(
    'is tried at once by retryNow in the wait of $waitS s, and goes on with the next wait',
    async ({ failures }) => {
      const trouble = troubled(step, code);
      await rig.withOrder(trouble.activities, async (handle) => {
        await untilFailed(handle, failures);
        const before = trouble.at.length;
        await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
        expect(trouble.at).toHaveLength(before + 1);
        expect((trouble.at.at(-1) ?? 0) - (trouble.at.at(-2) ?? 0)).toBeLessThan(110_000);
        expect((await standingOf(handle))?.waiting?.failures).toBe(failures + 1);
        trouble.state.isDown = false;
        await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
        expect(await handle.result()).toEqual(FILLED);
        expect(trouble.said.resumed).toEqual(failures + 1 > schedule.length ? [OPERATOR] : []);
      });
    },
  );

  it.each(schedule.map((waitS, index) => ({ waitS, failures: index + 1 })).slice(QUICK_S.length))(
    'is canceled in the wait of $waitS s',
    async ({ failures }) => {
      const trouble = troubled(step, code);
      await rig.withOrder(trouble.activities, async (handle) => {
        await untilFailed(handle, failures);
        expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toEqual(CANCELED);
        expect(await handle.result()).toEqual(CANCELED);
        expect(trouble.said.canceled).toEqual([['client', step === 'BOOK']]);
        expect(trouble.at).toHaveLength(failures);
      });
    },
  );
});

describe('an attempt that an operator asked for', () => {
  const FAILURES = QUICK_S.length + 1;

  it('is made up for a second later when the circuit to the venue let none through', async () => {
    const trouble = troubled('PLACE', 'BrokerUnavailable');
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilFailed(handle, FAILURES);
      trouble.state.code = 'BrokerCircuitOpen';
      const answer = handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
      await expect.poll(() => trouble.at.length).toBe(FAILURES + 1);
      trouble.state.isDown = false;
      expect(await answer).toMatchObject({ status: 'FILLED', waiting: null });
      expect(await handle.result()).toEqual(FILLED);
      expect((await secondsWaited(handle)).at(-1)).toBe(1);
    });
  });

  it('is made up for once, and then its schedule goes on', async () => {
    const trouble = troubled('PLACE', 'BrokerCircuitOpen');
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilFailed(handle, FAILURES);
      const standing = await handle.executeUpdate<OrderStanding, [OperatorRequest]>(
        RETRY_NOW_UPDATE,
        { args: [OPERATOR] },
      );
      expect(standing.waiting).toMatchObject({
        for: 'RETRY',
        failures: FAILURES + 1,
        lastFailure: 'BrokerCircuitOpen',
      });
      expect(trouble.at).toHaveLength(FAILURES + 2);
      await expect
        .poll(async () => (await secondsWaited(handle)).slice(-2))
        .toEqual([1, EXECUTION_S[1]]);
      await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
      await handle.result();
    });
  });
});

describe('a suspended order', () => {
  it("fills after retryNow: it is resumed in the operator's name", async () => {
    const trouble = troubled('PLACE', 'BrokerUnavailable');
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilSuspended(handle);
      trouble.state.isDown = false;
      await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
      expect(await handle.result()).toEqual(FILLED);
      expect(trouble.said.resumed).toEqual([OPERATOR]);
    });
  });

  it('begins its schedule anew when retryNow does not help, and is suspended again', async () => {
    const trouble = troubled('PLACE', 'BrokerUnavailable');
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilSuspended(handle);
      const before = (await timersOf(handle)).length;
      await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
      await untilSuspended(handle);
      expect((await secondsWaited(handle)).slice(before)).toEqual(
        SCHEDULES.PLACE.filter((waitS) => waitS > 0),
      );
      expect(trouble.said.suspensions).toHaveLength(2);
      await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
      await handle.result();
    });
  });

  it('ends by fail, with who and why', async () => {
    const trouble = troubled('PLACE', 'BrokerUnavailable');
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilSuspended(handle);
      expect(await handle.executeUpdate(FAIL_UPDATE, { args: [OPERATOR] })).toEqual(FAILED);
      expect(await handle.result()).toEqual(FAILED);
      expect(trouble.said.failed).toEqual([[OPERATOR, false]]);
    });
  });

  it('ends by cancel', async () => {
    const trouble = troubled('PLACE', 'BrokerOutcomeUnknown');
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilSuspended(handle);
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toEqual(CANCELED);
      expect(await handle.result()).toEqual(CANCELED);
      expect(trouble.said.canceled).toEqual([['client', true]]);
    });
  });

  it('goes on by itself when the venue speaks after all', async () => {
    const trouble = troubled('PLACE', 'BrokerOutcomeUnknown');
    const bookReports = async () => FILLED;
    await rig.withOrder({ ...trouble.activities, bookReports }, async (handle) => {
      await untilSuspended(handle);
      await handle.signal(EXECUTION_REPORTS_SIGNAL, []);
      await handle.signal(EXECUTION_REPORTS_SIGNAL, [fillReport]);
      expect(await handle.result()).toEqual(FILLED);
    });
  });
});

describe('the end of its time', () => {
  it.each([
    { code: 'BrokerUnavailable', mayBeAtBroker: false },
    { code: 'BrokerOutcomeUnknown', mayBeAtBroker: true },
  ])(
    'wins over a retry, and asks the venue only when it may have the order ($code)',
    async ({ code, mayBeAtBroker }) => {
      const expiresAt = new Date((await rig.nowMs()) + 3 * 3_600_000).toISOString();
      const trouble = troubled('PLACE', code, { ...PENDING, expiresAt });
      await rig.withOrder(trouble.activities, async (handle) => {
        await untilFailed(handle, 7);
        await rig.sleep(3 * 3_600_000);
        expect(await handle.result()).toMatchObject({ status: 'EXPIRED' });
        expect(trouble.said.expired).toEqual([mayBeAtBroker]);
      });
    },
  );
});

describe('an operator', () => {
  it.each([RETRY_NOW_UPDATE, FAIL_UPDATE])(
    'is rejected %s for an order that waits for nothing',
    async (update) => {
      await rig.withOrder(
        { executeOrder: async () => executed({}), cancelOrder: async () => CANCELED },
        async (handle) => {
          await expect.poll(() => standingOf(handle)).not.toBeNull();
          const rejection = await handle
            .executeUpdate(update, { args: [OPERATOR] })
            .catch((error: unknown) => error);
          expect(rejection).toBeInstanceOf(WorkflowUpdateFailedError);
          expect((rejection as WorkflowUpdateFailedError).cause).toMatchObject({
            type: 'ORDER_NOT_WAITING',
          });
          await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
          await handle.result();
        },
      );
    },
  );

  it('must say who and why', async () => {
    const trouble = troubled('PLACE', 'BrokerUnavailable');
    await rig.withOrder(trouble.activities, async (handle) => {
      await untilFailed(handle, 5);
      const rejection = await handle
        .executeUpdate(FAIL_UPDATE, { args: [{ operator: '' }] })
        .catch((error: unknown) => error);
      expect((rejection as WorkflowUpdateFailedError).cause).toMatchObject({
        type: 'VALIDATION_FAILED',
      });
      await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
      await handle.result();
    });
  });
});
