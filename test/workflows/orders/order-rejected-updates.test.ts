import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RETRY_NOW_UPDATE } from '../../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../../dev/wait-until.ts';
import {
  createOrderWorkflowRig,
  executed,
  FILLED,
  type OrderWorkflowRig,
  PENDING,
  timersOf,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('real');
});
afterAll(() => rig?.stop());

/**
 * As a busy worker: the task that starts a wait takes its time, so that the timer fires long after
 * the moment that the wait is for.
 */
const slowToWait: PayloadCodec = {
  async encode(payloads) {
    if (payloads.some(({ data }) => data && Buffer.from(data).includes('PLACE failed')))
      await sleep(1_500);
    return payloads;
  },
  decode: async (payloads) => payloads,
};

it('fits its history when an update was rejected between the moment that it waits for and the timer', async () => {
  let attempts = 0;
  const executeOrder = async () => {
    attempts += 1;
    if (attempts > 2) return executed({ progress: FILLED });
    throw ApplicationFailure.create({
      type: 'BROKER_UNAVAILABLE',
      details: [{ step: 'PLACE', progress: PENDING }],
    });
  };
  await rig.withOrder(
    { executeOrder },
    async (handle) => {
      await waitUntil(async () => (await timersOf(handle)).length > 0, {
        timeoutMs: 20_000,
        everyMs: 50,
        message: 'it does not wait',
      });
      const rejected = handle.executeUpdate(RETRY_NOW_UPDATE, { args: ['nobody says why'] });
      await expect(rejected).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      expect(await handle.result()).toMatchObject({ status: 'FILLED' });
      await rig.replay(handle);
    },
    {},
    { dataConverter: { payloadCodecs: [slowToWait] } },
  );
});
