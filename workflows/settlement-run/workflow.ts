import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { SettlementActivities } from '../../activities/settlement-activities.ts';
import type { OpenedRun, SettlementRunResult, SettlementRunStanding, SettlementRunState } from '../../contracts/settlement.ts';
import type { OperatorRequest } from '../../contracts/workflow-messages.ts';
import { assertOperator } from '../operator-request.ts';
import { failureCode, RetryGate } from '../settlement/retry-gate.ts';
import { progress, retryNow } from './messages.ts';
import { RunLife } from './run-life.ts';

const QUICKLY = { retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 } } as const;

const { openSettlementRun, readSettlementTotals, recordRetries } = proxyActivities<SettlementActivities>({
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
 * Settles what is due on the market's date or before, chunk by chunk, and sees to it that what could not be settled has a workflow of its own.
 * While the clearing house or the database is away the run itself waits, at last for an operator: one workflow that waits, not thousands.
 * After a wait the date is read anew, so what has become due meanwhile is settled too. The argument is its own, from one continuation to the next.
 */
export async function settlementRun(carried: SettlementRunState | null = null): Promise<SettlementRunResult> {
  const life = new RunLife(carried, Date.now());
  const gate = new RetryGate({ record: (retries) => recordRetries(null, retries), onChange: () => show(life, gate) });
  takeMessages(life, gate);

  const open = async () => life.open(await openSettlementRun(workflowInfo().originalExecutionRunId));
  let opened = life.opened ?? (await persist(gate, 'open the run', open));
  while (!life.isDone) {
    if (life.chunksHere >= CHUNKS_PER_RUN_MAX) {
      await condition(allHandlersFinished);
      return continueAsNew<typeof settlementRun>(life.carry(opened));
    }
    await persist(gate, 'settle a chunk', async () => {
      if (gate.failures > 0) opened = await open();
      life.advance(await settleNext(opened, life));
    });
    show(life, gate);
  }
  await persist(gate, 'see to the repairs', () => adoptRepairs.executeWithOptions({ summary: 'each one in repair has its workflow' }, []));
  const totals = await persist(gate, 'read the totals', () => readSettlementTotals(opened));
  await condition(allHandlersFinished);
  return life.result(opened, totals, Date.now());
}

function takeMessages(life: RunLife, gate: RetryGate): void {
  const standing = (): SettlementRunStanding => life.standing(gate.waiting);
  show(life, gate);
  setHandler(progress, standing, { description: 'how far the run has come' });
  setHandler(
    retryNow,
    async (request) => {
      await gate.retry(request);
      return standing();
    },
    {
      description: 'try again now: {"operator": "user/…", "reason": "…"}',
      validator: (request: OperatorRequest) => {
        assertOperator(request);
        gate.assertWaiting();
      },
    },
  );
}

const settleNext = (opened: OpenedRun, { cursor, chunks }: RunLife) =>
  settleChunk.executeWithOptions({ summary: `chunk ${chunks + 1}` }, [{ opened, cursor }]);

/** Runs a step until it succeeds. */
async function persist<T>(gate: RetryGate, step: string, run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const result = await gate.attempt(run);
      gate.succeed();
      return result;
    } catch (error) {
      await gate.waitAfter(step, failureCode(error));
    }
  }
}

const show = (life: RunLife, gate: RetryGate): void => setCurrentDetails(life.describe(gate.waiting));
