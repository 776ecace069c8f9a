import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CANCEL_UPDATE,
  type OrderProgress,
  type OrderStanding,
  PROGRESS_QUERY,
} from '../../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../../dev/wait-until.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  type OrderWorkflowRig,
  PENDING,
  progressOf,
} from '../../support/order-workflow-rig.ts';

/** The server's own: then it gives a task to another worker. */
const TASK_TIMEOUT_MS = 10_000;

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig?.stop());

const failPlace = (code: string, progress: OrderProgress) =>
  ApplicationFailure.create({ type: code, message: code, details: [{ step: 'PLACE', progress }] });

/**
 * Sends an order in vain, then cancels it; what each attempt of the cancel is told of where the
 * order may be.
 */
async function cancelAfter(
  code: string,
  { progress = PENDING, lateMs = 0 } = {},
): Promise<[mayBeAtBroker: boolean, mayBeOnItsWay: boolean][]> {
  const told: [boolean, boolean][] = [];
  const isDecided = async (handle: WorkflowHandle) =>
    (await handle.query<OrderStanding | null>(PROGRESS_QUERY)) !== null;
  await rig.withOrder(
    {
      executeOrder: async () => {
        throw failPlace(code, progress);
      },
      cancelOrder: async ({ mayBeAtBroker, mayBeOnItsWay }) => {
        told.push([mayBeAtBroker, mayBeOnItsWay]);
        if (mayBeOnItsWay)
          throw ApplicationFailure.create({ type: 'BrokerOutcomeUnknown', message: 'on its way' });
        return CANCELED;
      },
    },
    async (handle) => {
      await waitUntil(() => isDecided(handle), {
        timeoutMs: 20_000,
        message: 'the order has not been decided on',
      });
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toMatchObject({
        status: 'CANCELED',
      });
      await handle.result();
    },
    {},
    { lateMs },
  );
  return told;
}

it('asks to cancel again and again while a request that was given up may still arrive', async () => {
  const told = await cancelAfter('BrokerOutcomeUnknown');
  expect(told.length).toBeGreaterThan(1);
  expect(told.slice(0, -1)).toEqual(told.slice(0, -1).map(() => [true, true]));
  expect(told.at(-1)).toEqual([true, false]);
});

it('has nothing on its way of an order that certainly never left', async () => {
  expect(await cancelAfter('BrokerUnavailable')).toEqual([[false, false]]);
});

it('asks the venue about an order that the books have as acknowledged, though no attempt is known that reached it', async () => {
  expect(
    await cancelAfter('BrokerUnavailable', { progress: progressOf({ status: 'NEW' }) }),
  ).toEqual([[true, false]]);
});

it('asks the venue when its first task comes so late that another may have been lost, and have sent the order', async () => {
  const told = await cancelAfter('BrokerUnavailable', { lateMs: TASK_TIMEOUT_MS });
  expect(told.at(-1)).toEqual([true, false]);
});
