import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SettlementActivities } from '../../../activities/settlement/settlement-activities.ts';
import {
  type OperatorRequest,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
} from '../../../contracts/orders/workflow-messages.ts';
import type {
  OpenedRun,
  RecordedRetry,
  SettlementRunResult,
  SettlementRunStanding,
} from '../../../contracts/settlement/settlement.ts';
import {
  createSettlementWorkflowRig,
  type SettlementWorkflowRig,
} from '../../support/settlement-workflow-rig.ts';
import { readPage } from '../../support/workflow-page.ts';

const OLGA: OperatorRequest = { operator: 'user/olga', reason: 'the house is back' };

let rig: SettlementWorkflowRig;

beforeAll(async () => {
  rig = await createSettlementWorkflowRig();
});

afterAll(() => rig?.stop());

const standingOf = (handle: WorkflowHandle) => handle.query<SettlementRunStanding>(PROGRESS_QUERY);
const retryNow = (handle: WorkflowHandle) =>
  handle.executeUpdate<SettlementRunStanding, [OperatorRequest]>(RETRY_NOW_UPDATE, {
    args: [OLGA],
  });

/** A run over `chunks` chunks of two instructions; before each one `onChunk` may throw. */
function inChunks(chunks: number, onChunk: (chunk: number) => Promise<void> = async () => {}) {
  const asked: (string | null)[] = [];
  const opened: OpenedRun[] = [];
  const recorded: RecordedRetry[] = [];
  let [settled, adopted] = [0, 0];
  const activities: Partial<SettlementActivities> = {
    async openSettlementRun() {
      opened.push({ asOfDate: `2026-11-${24 + opened.length}`, runId: 'run', auditAfter: 7 });
      return opened.at(-1) as OpenedRun;
    },
    async settleChunk({ cursor, opened: { asOfDate } }) {
      const chunk = cursor === null ? 1 : Number(cursor.accountId) + 1;
      await onChunk(chunk);
      asked.push(`${asOfDate} ${chunk}`);
      settled += 2;
      const next = { settlementDate: '2026-11-24', accountId: String(chunk) };
      return {
        settled: 2,
        inRepair: 1,
        cashPaid: '0.10',
        cashReceived: '0.20',
        cursor: next,
        isLast: chunk === chunks,
      };
    },
    async adoptRepairs() {
      adopted += 1;
      return chunks;
    },
    readSettlementTotals: async () => ({
      settled,
      inRepair: chunks,
      cashPaid: '1.00',
      cashReceived: '2.00',
    }),
    async recordRetries(executionId, retries) {
      expect(executionId).toBeNull();
      recorded.push(...retries);
    },
  };
  return { activities, asked, opened, recorded, adopted: () => adopted };
}

const untilWaiting = (handle: WorkflowHandle, failures: number) =>
  vi.waitFor(async () => expect((await standingOf(handle)).waiting?.failures).toBe(failures), {
    timeout: 20_000,
    interval: 50,
  });

describe('a run', () => {
  it('settles chunk after chunk, sees to the repairs, and answers with the totals of the books', async () => {
    const { activities, asked, adopted } = inChunks(3);
    await rig.withRun(activities, async (handle) => {
      const result: SettlementRunResult = await handle.result();
      expect(result).toMatchObject({
        asOfDate: '2026-11-24',
        chunks: 3,
        settled: 6,
        inRepair: 3,
        cashPaid: '1.00',
        cashReceived: '2.00',
      });
      expect(asked).toEqual(['2026-11-24 1', '2026-11-24 2', '2026-11-24 3']);
      expect(adopted()).toBe(1);
      expect(await readPage(handle)).toContain(
        'settled: 6 in 3 chunk(s), paid 0.30, received 0.60',
      );
    });
  });

  it('goes on in a new run of itself before its history is long, with all it knows', async () => {
    const { activities, asked, opened } = inChunks(95);
    await rig.withRun(activities, async (handle) => {
      const result: SettlementRunResult = await handle.result();
      expect(result).toMatchObject({ chunks: 95, settled: 190 });
      expect(new Set(asked).size).toBe(95);
      expect(opened).toHaveLength(1);
      const first = await handle.fetchHistory();
      expect(first.events?.length).toBeLessThan(400);
      const { firstExecutionRunId } = handle as { firstExecutionRunId?: string };
      expect((await handle.describe()).runId).not.toBe(firstExecutionRunId);
      const standing = await standingOf(rig.env.client.workflow.getHandle(handle.workflowId));
      expect(standing).toMatchObject({
        chunks: 95,
        settled: 190,
        inRepair: 95,
        cashPaid: '9.50',
        cashReceived: '19.00',
      });
    });
  });

  it.each([1, 2, 3, 4])(
    'waits itself while the clearing house is away, 2 min to 2 h, and is done when it is back after wait %i',
    async (waits) => {
      let failures = 0;
      const { activities, asked, opened } = inChunks(2, async (chunk) => {
        if (chunk === 2 && failures++ < waits)
          throw ApplicationFailure.nonRetryable('away', 'ClearingUnavailable');
      });
      await rig.withRun(activities, async (handle) => {
        expect(await handle.result()).toMatchObject({ chunks: 2 });
        const timers = [120, 600, 1_800, 7_200]
          .slice(0, waits)
          .map((seconds) => ({ setTo: seconds, lasted: seconds }));
        expect(await rig.timersOf(handle)).toEqual(timers);
        // After each wait the date is read anew: what has become due meanwhile is settled too.
        expect(opened).toHaveLength(1 + waits);
        expect(asked).toEqual(['2026-11-24 1', `2026-11-${24 + waits} 2`]);
      });
    },
  );

  it('waits for an operator at last, is retried by one, and has recorded who and why', async () => {
    let isAway = true;
    const { activities, recorded } = inChunks(1, async () => {
      if (isAway) throw ApplicationFailure.nonRetryable('away', 'ClearingUnavailable');
    });
    await rig.withRun(activities, async (handle) => {
      for (const [index, minutes] of [2, 10, 30, 120].entries()) {
        await untilWaiting(handle, index + 1);
        await rig.env.sleep(`${minutes} minutes`);
      }
      await untilWaiting(handle, 5);
      expect(await standingOf(handle)).toMatchObject({
        waiting: {
          for: 'OPERATOR',
          step: 'settle a chunk',
          until: null,
          lastFailure: 'ClearingUnavailable',
        },
      });
      expect(await rig.needsAttention(handle)).toBe(true);
      expect(await retryNow(handle)).toMatchObject({ waiting: { for: 'OPERATOR', failures: 6 } });
      isAway = false;
      expect(await retryNow(handle)).toMatchObject({ chunks: 1, waiting: null });
      expect(await handle.result()).toMatchObject({ chunks: 1 });
      expect(await rig.needsAttention(handle)).toBe(false);
      expect(recorded).toHaveLength(2);
    });
  });

  it.each([1, 2, 3, 4])('can be retried in wait %i at once', async (wait) => {
    let failures = 0;
    const { activities } = inChunks(1, async () => {
      failures += 1;
      if (failures <= wait) throw ApplicationFailure.nonRetryable('away', 'ClearingUnavailable');
    });
    await rig.withRun(activities, async (handle) => {
      for (let failed = 1; failed < wait; failed += 1) {
        await untilWaiting(handle, failed);
        expect(await retryNow(handle)).toMatchObject({
          waiting: { for: 'RETRY', failures: failed + 1 },
        });
      }
      await untilWaiting(handle, wait);
      expect(await retryNow(handle)).toMatchObject({ chunks: 1 });
      await handle.result();
    });
  });

  it('that cannot even be opened waits as well', async () => {
    let failures = 0;
    const { activities } = inChunks(1);
    const { openSettlementRun } = activities;
    activities.openSettlementRun = async () => {
      if (failures++ < 2) throw ApplicationFailure.nonRetryable('away', 'DATABASE_UNAVAILABLE');
      return (await openSettlementRun?.()) as OpenedRun;
    };
    await rig.withRun(activities, async (handle) => {
      await untilWaiting(handle, 1);
      expect(await standingOf(handle)).toMatchObject({
        asOfDate: null,
        waiting: { step: 'open the run' },
      });
      expect(await handle.result()).toMatchObject({ chunks: 1 });
    });
  });
});
