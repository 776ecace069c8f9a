import type { Clearing } from '../../contracts/ports/clearing.ts';
import type { NotSettled, SettlementStore, UnsettledInstruction } from '../../contracts/ports/settlement.ts';
import { postSettlement } from '../../domain/ledger/postings.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { toTransfers } from '../orders/ledger-transfers.ts';

export interface ClearAndWriteDeps {
  clearing: Clearing;
  settlements: Pick<SettlementStore, 'writeSettlement'>;
}

/** `onCleared` is told when the clearing house has answered and nothing is written yet. */
export type OnCleared = () => void;

/**
 * Settles instructions at the clearing house, then in the books, and answers with those that could not be settled and are in repair. Both are
 * idempotent by execution, so cut off anywhere it can be run again. Throws `ClearingUnavailable` and `DATABASE_UNAVAILABLE`.
 */
export function createClearAndWrite({ clearing, settlements }: ClearAndWriteDeps) {
  return async function clearAndWrite(
    instructions: readonly UnsettledInstruction[],
    runId: string | null,
    onCleared: OnCleared = () => {},
  ): Promise<NotSettled[]> {
    if (instructions.length === 0) return [];
    const results = await clearing.settle(instructions);
    onCleared();
    const refused = instructions.flatMap(({ executionId }, index): NotSettled[] => {
      const result = results[index];
      return result?.outcome === 'REJECTED' ? [{ executionId, reason: result.reason }] : [];
    });
    const refusedIds = new Set(refused.map(({ executionId }) => executionId));
    const settle = instructions.filter(({ executionId }) => !refusedIds.has(executionId)).map(toWrite);
    const forbidden = await settlements.writeSettlement({ runId, settle, refused });
    return [...refused, ...forbidden];
  };
}

export type ClearAndWrite = ReturnType<typeof createClearAndWrite>;

function toWrite({ executionId, accountId, orderId, side, symbol, quantity, cash }: UnsettledInstruction) {
  const postings = postSettlement({ side, symbol, quantity: new Decimal(quantity), cash: new Decimal(cash) });
  return { executionId, accountId, orderId, transfers: toTransfers(`settlement/${executionId}`, postings) };
}
