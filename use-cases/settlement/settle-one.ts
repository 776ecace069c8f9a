import type { SettlementStore } from '../../contracts/ports/settlement.ts';
import type { SettleAttempt } from '../../contracts/settlement.ts';
import type { ClearAndWrite } from './clear-and-write.ts';

export interface SettleOneDeps {
  settlements: Pick<SettlementStore, 'findUnsettled'>;
  clearAndWrite: ClearAndWrite;
}

/** One attempt to settle one execution; one that is settled already is settled. Throws `ClearingUnavailable` and `DATABASE_UNAVAILABLE`. */
export function createSettleOne({ settlements, clearAndWrite }: SettleOneDeps) {
  return async function settleOne(executionId: string): Promise<SettleAttempt> {
    const instruction = await settlements.findUnsettled(executionId);
    if (!instruction) return { outcome: 'SETTLED' };
    const [failed] = await clearAndWrite([instruction], null);
    return failed ? { outcome: 'NOT_SETTLED', reason: failed.reason } : { outcome: 'SETTLED' };
  };
}
