import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  proxyActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { SettlementActivities } from '../../../activities/settlement/settlement-activities.ts';
import type {
  SettlementRepair,
  SettlementStanding,
} from '../../../contracts/settlement/settlement.ts';
import { describeWait } from '../../retry/retry.ts';
import { RetryLoop, takeRetries } from '../../retry/retry-loop.ts';
import { SETTLEMENT_RETRIES } from '../retries.ts';

const { settleOne, recordRetries } = proxyActivities<SettlementActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 },
});

const STEP = 'settle';

/**
 * An execution that could not be settled on its day, until it is. Id `settlement/<executionId>`.
 * Tries again after 2 min, 10 min, 30 min and 2 h, then waits for an operator; a rejection and a
 * house that is away count the same. Cancelled, it ends and leaves the execution in repair.
 */
export async function settlement(repair: SettlementRepair): Promise<SettlementStanding> {
  const { executionId } = repair;
  const standing = (): SettlementStanding => ({
    executionId,
    status: loop.retry === null ? 'SETTLED' : 'IN_REPAIR',
    reason: loop.retry?.code ?? null,
    attempts: loop.attempts,
    waiting: loop.wait,
  });
  const show = () => setCurrentDetails(describe(repair, standing()));
  const loop: RetryLoop = new RetryLoop({
    ...SETTLEMENT_RETRIES,
    record: (retries) => recordRetries(executionId, retries),
    onChange: show,
  });
  takeRetries(loop, standing, standing);

  await loop.waitAfter(STEP, repair.reason);
  await loop.untilDone(STEP, async () => {
    const attempt = await settleOne(executionId);
    if (attempt.outcome === 'NOT_SETTLED')
      throw ApplicationFailure.nonRetryable('It is not settled', attempt.reason);
  });
  show();
  await condition(allHandlersFinished);
  return standing();
}

function describe(
  { side, quantity, symbol, settlementDate }: SettlementRepair,
  { status, reason, attempts, waiting }: SettlementStanding,
): string {
  return [
    `**${side} ${quantity} ${symbol}**, due ${settlementDate}`,
    '',
    `- status: **${status}** after ${attempts} attempt(s)`,
    ...(reason === null ? [] : [`- reason: ${reason}`]),
    ...(waiting === null ? [] : describeWait(waiting)),
  ].join('\n');
}
