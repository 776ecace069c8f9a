import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExecutedSteps, ORDER_STATUS } from '../../../contracts/orders/workflow-messages.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  FILLED,
  type OrderWorkflowRig,
  progressOf,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig?.stop());

const STATUS = defineSearchAttributeKey(ORDER_STATUS, SearchAttributeType.KEYWORD);
const rejected = progressOf({ status: 'REJECTED', rejectCode: 'UNKNOWN_SYMBOL' });

it.each<[says: string | null, what: Partial<ExecutedSteps>]>([
  [null, { progress: FILLED }],
  ['CANCELED', { progress: CANCELED }],
  ['REJECTED', { accept: 'REJECTED', place: null, progress: rejected }],
  ['NOT_DECIDED', { accept: 'LAPSED', place: null, progress: null }],
  [
    'DECLINED',
    {
      ...{ accept: 'DECLINED', place: null, progress: null },
      declinedFor: 'CLIENT_ORDER_ID_REUSED',
    },
  ],
])('a workflow that has ended is found by how: %s', async (says, what) => {
  const found = await rig.withOrder(
    { executeOrder: async () => executed(what) },
    async (handle) => {
      await handle.result();
      return (await handle.describe()).typedSearchAttributes.get(STATUS) ?? null;
    },
  );
  expect(found).toBe(says);
});
