import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrderActivities } from '../../../activities/orders/order-activities.ts';
import {
  ATTENTION_NEEDED,
  CANCEL_UPDATE,
  type OrderStanding,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
  STEP_FAILING,
} from '../../../contracts/orders/workflow-messages.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  FILLED,
  OPERATOR,
  type OrderWorkflowRig,
  PENDING,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig?.stop());

/** Attempts before a wait of minutes: the first and the quick ones. */
const QUICK_FAILURES = 4;
const ALL_FAILURES = 9;
const STEP = defineSearchAttributeKey(STEP_FAILING, SearchAttributeType.KEYWORD);
const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

/** Placing fails so often, by turns with these codes; then the order is filled. */
function failing(failures: number, codes = ['BrokerUnavailable']): Partial<OrderActivities> {
  let tried = 0;
  return {
    executeOrder: async () => {
      if (++tried > failures) return executed({ progress: FILLED });
      const type = codes[tried % codes.length] ?? 'UNKNOWN';
      const details = [{ step: 'PLACE', progress: PENDING }];
      throw ApplicationFailure.create({ type, message: type, details });
    },
    suspendOrder: async () => ({ ...PENDING, status: 'SUSPENDED' }),
    resumeOrder: async () => PENDING,
    cancelOrder: async () => CANCELED,
  };
}

/** Lets time pass until so many attempts have failed and the workflow waits for what is next. */
async function untilFailed(handle: WorkflowHandle, failures: number): Promise<void> {
  for (;;) {
    const standing = await handle.query<OrderStanding | null>(PROGRESS_QUERY);
    const waiting = standing?.waiting;
    if (waiting && waiting.failures >= failures) return;
    const leftMs = waiting?.until ? Date.parse(waiting.until) - (await rig.nowMs()) : 0;
    await rig.sleep(Math.max(leftMs, 50));
  }
}

async function marksOf(handle: WorkflowHandle) {
  const { typedSearchAttributes } = await handle.describe();
  return {
    step: typedSearchAttributes.get(STEP) ?? null,
    attention: typedSearchAttributes.get(ATTENTION) ?? false,
  };
}

/** Changes of search attributes, and markers of a patch, in the workflow's history. */
async function countMarks(handle: WorkflowHandle): Promise<{ upserts: number; patches: number }> {
  const events = (await handle.fetchHistory()).events ?? [];
  const patches = events.filter(
    ({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_patch',
  );
  const upserts = events.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes);
  return { upserts: upserts.length - patches.length, patches: patches.length };
}

it('costs an order nothing that fills at once, and one that quick retries mend no mark', async () => {
  for (const failures of [0, 1, QUICK_FAILURES])
    await rig.withOrder(failing(failures), async (handle) => {
      expect(await handle.result()).toEqual(FILLED);
      // The patch is that of its attempts, which go into the books.
      const patches = failures === 0 ? 0 : 1;
      expect(await countMarks(handle)).toEqual({ upserts: 0, patches });
    });
});

it('names the step and the code from the first wait of minutes on until the step succeeds', async () => {
  await rig.withOrder(failing(QUICK_FAILURES + 1), async (handle) => {
    await untilFailed(handle, QUICK_FAILURES + 1);
    await expect
      .poll(() => marksOf(handle))
      .toEqual({
        step: 'PLACE BrokerUnavailable',
        attention: false,
      });
    expect(await handle.result()).toEqual(FILLED);
    expect(await marksOf(handle)).toEqual({ step: null, attention: false });
    await rig.replay(handle);
  });
});

it('follows the code of the last failure', async () => {
  const codes = ['BrokerUnavailable', 'BrokerCircuitOpen'];
  await rig.withOrder(failing(ALL_FAILURES, codes), async (handle) => {
    await untilFailed(handle, QUICK_FAILURES + 1);
    await expect.poll(() => marksOf(handle)).toMatchObject({ step: 'PLACE BrokerCircuitOpen' });
    await untilFailed(handle, QUICK_FAILURES + 2);
    await expect.poll(() => marksOf(handle)).toMatchObject({ step: 'PLACE BrokerUnavailable' });
    await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
    await handle.result();
  });
});

it('is set and taken back by one change of both marks, through all waits', async () => {
  await rig.withOrder(failing(ALL_FAILURES), async (handle) => {
    await untilFailed(handle, ALL_FAILURES);
    await expect
      .poll(() => marksOf(handle))
      .toEqual({
        step: 'PLACE BrokerUnavailable',
        attention: true,
      });
    await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
    expect(await handle.result()).toEqual(FILLED);
    expect(await marksOf(handle)).toEqual({ step: null, attention: false });
    // The step alone after the quick retries, the operator's mark beside it, both at the end.
    expect((await countMarks(handle)).upserts).toBe(3);
  });
});

it('stays through an attempt in vain that an operator asked for', async () => {
  await rig.withOrder(failing(ALL_FAILURES + 2), async (handle) => {
    await untilFailed(handle, ALL_FAILURES);
    await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
    await untilFailed(handle, 2);
    await expect
      .poll(() => marksOf(handle))
      .toEqual({
        step: 'PLACE BrokerUnavailable',
        attention: false,
      });
    await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
    await handle.result();
    expect(await marksOf(handle)).toEqual({ step: null, attention: false });
  });
});

it('is taken back when the step is no longer wanted', async () => {
  await rig.withOrder(failing(ALL_FAILURES), async (handle) => {
    await untilFailed(handle, QUICK_FAILURES + 1);
    await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] });
    expect(await handle.result()).toEqual(CANCELED);
    expect(await marksOf(handle)).toEqual({ step: null, attention: false });
  });
});
