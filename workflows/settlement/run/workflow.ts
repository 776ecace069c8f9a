import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { SettlementActivities } from '../../../activities/settlement/settlement-activities.ts';
import type {
  OpenedRun,
  SettlementRunResult,
  SettlementRunState,
} from '../../../contracts/settlement/settlement.ts';
import { RetryLoop, takeRetries } from '../../retry/retry-loop.ts';
import { SETTLEMENT_RETRIES } from '../retries.ts';
import { RunLife } from './run-life.ts';

const QUICKLY = {
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 },
} as const;

const { openSettlementRun, readSettlementTotals, recordRetries } =
  proxyActivities<SettlementActivities>({
    ...QUICKLY,
    startToCloseTimeout: '30 seconds',
  });

/** A worker that is killed in the middle is missed after 10 s. */
const { settleChunk, adoptRepairs } = proxyActivities<SettlementActivities>({
  ...QUICKLY,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
});

/** Keeps a run's history at a few hundred events. */
const CHUNKS_PER_RUN_MAX = 40;

/**
 * Settles what is due on the market's date or before, chunk by chunk, and sees to it that what
 * could not be settled has a workflow of its own. While the clearing house or the database is away
 * the run itself waits, at last for an operator: one workflow that waits, not thousands. After a
 * wait the date is read anew, so what has become due meanwhile is settled too. The argument is its
 * own, from one continuation to the next.
 */
export async function settlementRun(
  carried: SettlementRunState | null = null,
): Promise<SettlementRunResult> {
  const life = new RunLife(carried, Date.now());
  const show = () => setCurrentDetails(life.describe(loop.wait));
  const loop: RetryLoop = new RetryLoop({
    ...SETTLEMENT_RETRIES,
    record: (retries) => recordRetries(null, retries),
    onChange: show,
  });
  const standing = () => life.standing(loop.wait);
  takeRetries(loop, standing, standing);
  show();

  const open = async () =>
    life.open(await openSettlementRun(workflowInfo().originalExecutionRunId));
  let opened = life.opened ?? (await loop.untilDone('open the run', open));
  while (!life.isDone) {
    if (life.chunksHere >= CHUNKS_PER_RUN_MAX) {
      await condition(allHandlersFinished);
      return continueAsNew<typeof settlementRun>(life.carry(opened));
    }
    await loop.untilDone('settle a chunk', async () => {
      if (loop.retry !== null) opened = await open();
      life.advance(await settleNext(opened, life));
    });
    show();
  }
  await loop.untilDone('see to the repairs', () =>
    adoptRepairs.executeWithOptions({ summary: 'each one in repair has its workflow' }, []),
  );
  const totals = await loop.untilDone('read the totals', () => readSettlementTotals(opened));
  await condition(allHandlersFinished);
  return life.result(opened, totals, Date.now());
}

const settleNext = (opened: OpenedRun, { cursor, chunks }: RunLife) =>
  settleChunk.executeWithOptions({ summary: `chunk ${chunks + 1}` }, [{ opened, cursor }]);
