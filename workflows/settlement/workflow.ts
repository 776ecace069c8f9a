import { allHandlersFinished, condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { SettlementActivities } from '../../activities/settlement-activities.ts';
import type { SettleAttempt, SettlementRepair, SettlementStanding } from '../../contracts/settlement.ts';
import type { OperatorRequest } from '../../contracts/workflow-messages.ts';
import { assertOperator } from '../operator-request.ts';
import { progress, retryNow } from './messages.ts';
import { describeWaiting, failureCode, RetryGate } from './retry-gate.ts';

const { settleOne, recordRetries } = proxyActivities<SettlementActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 },
});

const STEP = 'settle';

/**
 * An execution that could not be settled on its day, until it is. Id `settlement/<executionId>`. Tries again after 2 min, 10 min, 30 min and
 * 2 h, then waits for an operator; a refusal and a house that is away count the same. Cancelled, it ends and leaves the execution in repair.
 */
export async function settlement(repair: SettlementRepair): Promise<SettlementStanding> {
  const { executionId } = repair;
  let attempts = 1;
  let reason: string | null = repair.reason;
  const standing = (): SettlementStanding => ({
    executionId,
    status: reason === null ? 'SETTLED' : 'IN_REPAIR',
    reason,
    attempts,
    waiting: gate.waiting,
  });
  const gate: RetryGate = new RetryGate({
    record: (retries) => recordRetries(executionId, retries),
    onChange: () => setCurrentDetails(describe(repair, standing())),
  });
  setHandler(progress, standing, { description: 'where the settlement stands' });
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

  while (reason !== null) {
    await gate.waitAfter(STEP, reason);
    reason = await gate.attempt(() => settleOne(executionId)).then(reasonOf, failureCode);
    attempts += 1;
  }
  setCurrentDetails(describe(repair, standing()));
  await condition(allHandlersFinished);
  return standing();
}

const reasonOf = (attempt: SettleAttempt): string | null => (attempt.outcome === 'SETTLED' ? null : attempt.reason);

function describe(
  { side, quantity, symbol, settlementDate }: SettlementRepair,
  { status, reason, attempts, waiting }: SettlementStanding,
): string {
  const lines = [`**${side} ${quantity} ${symbol}**, due ${settlementDate}`, '', `- status: **${status}** after ${attempts} attempt(s)`];
  return [...lines, ...(reason === null ? [] : [`- reason: ${reason}`]), ...describeWaiting(waiting)].join('\n');
}
