import { ApplicationFailure } from '@temporalio/activity';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SettlementActivities } from '../../../activities/settlement/settlement-activities.ts';
import {
  type OperatorRequest,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
} from '../../../contracts/orders/workflow-messages.ts';
import type {
  RecordedRetry,
  SettlementStanding,
} from '../../../contracts/settlement/settlement.ts';
import {
  createSettlementWorkflowRig,
  repairOf,
  type SettlementWorkflowRig,
} from '../../support/settlement-workflow-rig.ts';

const MINUTE_MS = 60_000;
const WAITS_MS = [2, 10, 30, 120].map((minutes) => minutes * MINUTE_MS);
const OLGA: OperatorRequest = { operator: 'user/olga', reason: 'the house says it is fixed' };

let rig: SettlementWorkflowRig;

beforeAll(async () => {
  rig = await createSettlementWorkflowRig();
});

afterAll(() => rig?.stop());

const standingOf = (handle: WorkflowHandle) => handle.query<SettlementStanding>(PROGRESS_QUERY);
const retryNow = (handle: WorkflowHandle) =>
  handle.executeUpdate<SettlementStanding, [OperatorRequest]>(RETRY_NOW_UPDATE, { args: [OLGA] });

/**
 * Activities that fail `failures` times, each in another way, and note when they were tried and who
 * asked.
 */
function failing(failures: number) {
  const triedAtMs: number[] = [];
  const recorded: RecordedRetry[] = [];
  const activities: Partial<SettlementActivities> = {
    async settleOne() {
      triedAtMs.push(await rig.env.currentTimeMs());
      if (triedAtMs.length > failures) return { outcome: 'SETTLED' };
      if (triedAtMs.length % 2 === 1) return { outcome: 'NOT_SETTLED', reason: 'REJECTED' };
      throw ApplicationFailure.nonRetryable('away', 'ClearingUnavailable');
    },
    async recordRetries(_executionId, retries) {
      recorded.push(...retries);
    },
  };
  return { activities, triedAtMs, recorded };
}

/** Lets the server's time pass until the workflow waits for an operator. */
async function untilOperator(handle: WorkflowHandle): Promise<void> {
  for (let step = 0; step < 400; step += 1) {
    if ((await standingOf(handle)).waiting?.for === 'OPERATOR') return;
    await rig.env.sleep('1 minute');
  }
  expect.fail('it never waits for an operator');
}

/** Without letting time pass: until as many attempts have failed. */
const untilFailures = (handle: WorkflowHandle, failures: number) =>
  vi.waitFor(async () => expect((await standingOf(handle)).waiting?.failures).toBe(failures), {
    timeout: 20_000,
    interval: 50,
  });

describe('an execution under repair', () => {
  it.each([0, 1, 2, 3])(
    'is tried again after 2 min, 10 min, 30 min and 2 h, to the second, and done when attempt %i more than one settles it',
    async (failures) => {
      const { activities, triedAtMs } = failing(failures);
      await rig.withRepair(activities, repairOf(), async (handle) => {
        const result: SettlementStanding = await handle.result();
        expect(result).toMatchObject({
          status: 'SETTLED',
          reason: null,
          attempts: failures + 2,
          waiting: null,
        });
        expect(triedAtMs).toHaveLength(failures + 1);
        const waits = WAITS_MS.slice(0, failures + 1).map((ms) => ({
          setTo: ms / 1_000,
          lasted: ms / 1_000,
        }));
        expect(await rig.timersOf(handle)).toEqual(waits);
      });
    },
  );

  it('names its failing step from the first wait on, until it is settled', async () => {
    const { activities } = failing(0);
    await rig.withRepair(activities, repairOf(), async (handle) => {
      await untilFailures(handle, 1);
      await expect.poll(() => rig.failingStep(handle)).toBe('SETTLE DOES_NOT_MATCH');
      await handle.result();
      expect(await rig.failingStep(handle)).toBeNull();
    });
  });

  it('waits for an operator when the waits are used up, calls for one, and says in its query what for', async () => {
    const { activities, triedAtMs, recorded } = failing(4);
    await rig.withRepair(activities, repairOf(), async (handle) => {
      await untilOperator(handle);
      expect(await rig.needsAttention(handle)).toBe(true);
      expect(await standingOf(handle)).toMatchObject({
        ...{ status: 'IN_REPAIR', reason: 'ClearingUnavailable', attempts: 5 },
        waiting: {
          for: 'OPERATOR',
          step: 'settle',
          until: null,
          failures: 5,
          lastFailure: 'ClearingUnavailable',
        },
      });
      await rig.env.sleep('3 days');
      expect(triedAtMs).toHaveLength(4);
      expect(await retryNow(handle)).toMatchObject({ status: 'SETTLED', attempts: 6 });
      await handle.result();
      expect(await rig.needsAttention(handle)).toBe(false);
      expect(recorded).toEqual([{ ...OLGA, requestId: expect.any(String) }]);
    });
  });

  it('whose retry by an operator fails waits for an operator again, however often', async () => {
    const { activities, recorded } = failing(6);
    await rig.withRepair(activities, repairOf(), async (handle) => {
      await untilOperator(handle);
      expect(await retryNow(handle)).toMatchObject({
        status: 'IN_REPAIR',
        waiting: { for: 'OPERATOR', failures: 6 },
      });
      expect(await retryNow(handle)).toMatchObject({
        status: 'IN_REPAIR',
        waiting: { for: 'OPERATOR', failures: 7 },
      });
      expect(await rig.needsAttention(handle)).toBe(true);
      expect(await retryNow(handle)).toMatchObject({ status: 'SETTLED' });
      expect(recorded).toHaveLength(3);
    });
  });

  it.each([1, 2, 3, 4])(
    'can be retried in wait %i at once, and goes on to the next wait when that fails',
    async (wait) => {
      const { activities, recorded } = failing(wait + 1);
      await rig.withRepair(activities, repairOf(), async (handle) => {
        for (let failures = 1; failures < wait; failures += 1) {
          await untilFailures(handle, failures);
          await rig.env.sleep(WAITS_MS[failures - 1] ?? 0);
        }
        await untilFailures(handle, wait);
        const before = await standingOf(handle);
        expect(before.waiting?.for).toBe('RETRY');
        const after = await retryNow(handle);
        expect(after).toMatchObject({
          status: 'IN_REPAIR',
          attempts: before.attempts + 1,
          waiting: { failures: wait + 1 },
        });
        expect(after.waiting?.for).toBe(wait === 4 ? 'OPERATOR' : 'RETRY');
        expect(recorded).toHaveLength(1);
        await handle.terminate();
      });
    },
  );

  it('rejects a retry that nobody answers for, and goes on waiting', async () => {
    await rig.withRepair({}, repairOf(), async (handle) => {
      for (const args of [[], ['olga'], [{ reason: 'why not' }]]) {
        const rejected = handle.executeUpdate<unknown, [unknown]>(RETRY_NOW_UPDATE, {
          args: args as [unknown],
        });
        await expect(rejected).rejects.toMatchObject({ cause: { type: 'VALIDATION_FAILED' } });
      }
      expect(await standingOf(handle)).toMatchObject({
        status: 'IN_REPAIR',
        waiting: { for: 'RETRY', failures: 1 },
      });
      await handle.terminate();
    });
  });

  it('rejects a retry while an attempt is under way', async () => {
    const release = Promise.withResolvers<void>();
    const tried = Promise.withResolvers<void>();
    const activities: Partial<SettlementActivities> = {
      async settleOne() {
        tried.resolve();
        await release.promise;
        return { outcome: 'SETTLED' };
      },
      recordRetries: async () => {},
    };
    await rig.withRepair(activities, repairOf(), async (handle) => {
      await untilFailures(handle, 1);
      const first = retryNow(handle);
      await tried.promise;
      const second = await retryNow(handle).catch((error: unknown) => error);
      expect(second).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((second as WorkflowUpdateFailedError).cause).toMatchObject({
        type: 'SETTLEMENT_NOT_WAITING',
      });
      release.resolve();
      expect(await first).toMatchObject({ status: 'SETTLED' });
    });
  });

  it('records who asked before it tries, and tries not while that cannot be recorded', async () => {
    let [recordings, tries] = [0, 0];
    const activities: Partial<SettlementActivities> = {
      async settleOne() {
        tries += 1;
        return { outcome: 'SETTLED' };
      },
      async recordRetries() {
        recordings += 1;
        if (recordings === 1) throw ApplicationFailure.nonRetryable('away', 'DATABASE_UNAVAILABLE');
      },
    };
    await rig.withRepair(activities, repairOf(), async (handle) => {
      await untilFailures(handle, 1);
      expect(await retryNow(handle)).toMatchObject({
        status: 'IN_REPAIR',
        reason: 'DATABASE_UNAVAILABLE',
      });
      expect([recordings, tries]).toEqual([1, 0]);
      expect(await handle.result()).toMatchObject({ status: 'SETTLED' });
      expect([recordings, tries]).toEqual([2, 1]);
    });
  });

  it('that is cancelled ends, and leaves the execution in repair', async () => {
    const { activities, triedAtMs } = failing(0);
    await rig.withRepair(activities, repairOf(), async (handle) => {
      await untilFailures(handle, 1);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(triedAtMs).toEqual([]);
    });
  });
});
