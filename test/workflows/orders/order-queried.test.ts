import { setTimeout as sleep } from 'node:timers/promises';
import type { PayloadCodec } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROGRESS_QUERY } from '../../../contracts/orders/workflow-messages.ts';
import {
  createOrderWorkflowRig,
  executed,
  FILLED,
  type OrderWorkflowRig,
  PENDING,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('real');
});
afterAll(() => rig?.stop());

const TASK_MS = 1_500;

/** As a busy worker: the first task takes its time before it begins its local activity. */
const slowToExecute: PayloadCodec = {
  async encode(payloads) {
    if (payloads.some(({ data }) => data && Buffer.from(data).includes('"askFirst"')))
      await sleep(TASK_MS);
    return payloads;
  },
  decode: async (payloads) => payloads,
};

it('fits its history when it was asked how it stands beside a local activity, and its time came meanwhile', async () => {
  let attempts = 0;
  const executeOrder = async () => {
    attempts += 1;
    if (attempts > 1) return executed({ progress: FILLED });
    const releaseAt = new Date(Date.now() - TASK_MS / 2).toISOString();
    return executed({ place: null, progress: { ...PENDING, releaseAt } });
  };
  await rig.withOrder(
    { executeOrder },
    async (handle) => {
      expect(await handle.result()).toMatchObject({ status: 'FILLED' });
      await rig.replay(handle);
    },
    {},
    {
      lateMs: 500,
      askEarly: (handle) => handle.query(PROGRESS_QUERY),
      dataConverter: { payloadCodecs: [slowToExecute] },
    },
  );
});
