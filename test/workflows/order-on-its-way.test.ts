import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CANCEL_UPDATE, type OrderStanding, PROGRESS_QUERY } from '../../contracts/workflow-messages.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { CANCELED, createOrderWorkflowRig, type OrderWorkflowRig, PENDING } from '../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig.stop());

const failPlace = (code: string) =>
  ApplicationFailure.create({ type: code, message: code, details: [{ step: 'PLACE', progress: PENDING }] });

/** Sends an order in vain, then cancels it; what each attempt of the cancel is told of where the order may be. */
async function cancelAfter(code: string): Promise<[mayBeAtBroker: boolean, mayBeOnItsWay: boolean | undefined][]> {
  const told: [boolean, boolean | undefined][] = [];
  const isFailed = async (handle: WorkflowHandle) =>
    ((await handle.query<OrderStanding | null>(PROGRESS_QUERY))?.waiting?.failures ?? 0) >= 1;
  await rig.withOrder(
    {
      executeOrder: async () => {
        throw failPlace(code);
      },
      cancelOrder: async (_id, _actor, mayBeAtBroker, mayBeOnItsWay) => {
        told.push([mayBeAtBroker, mayBeOnItsWay]);
        if (mayBeOnItsWay) throw ApplicationFailure.create({ type: 'BrokerOutcomeUnknown', message: 'on its way' });
        return CANCELED;
      },
    },
    async (handle) => {
      await waitUntil(() => isFailed(handle), { timeoutMs: 20_000, message: 'nothing has failed' });
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toMatchObject({ status: 'CANCELED' });
      await handle.result();
    },
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
