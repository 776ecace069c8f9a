import type { ClearingHouses, ClearingResult } from '../../contracts/settlement/clearing.ts';
import type {
  NotSettled,
  SettlementContext,
  SettlementStore,
  SettlementWrite,
  UnsettledInstruction,
} from '../../contracts/settlement/settlement-store.ts';
import { postSettlement } from '../../domain/ledger/transfers.ts';
import { Decimal, formatCash, ZERO } from '../../domain/money/decimal.ts';
import type { Side } from '../../domain/orders/order.ts';
import { decideSettlement } from '../../domain/settlement/decide-settlement.ts';
import { decideUntilWritten } from '../decide-until-written.ts';
import { toTransfers } from '../ledger-transfers.ts';

export interface ClearAndWriteDeps {
  clearing: ClearingHouses;
  settlements: Pick<SettlementStore, 'readContext' | 'writeSettlement'>;
}

export interface ClearAndWriteOptions {
  /** Names the run in the audit trail; null outside of one. */
  runId: string | null;
  /** Is told when the clearing house has answered and nothing is written yet. */
  onCleared?: () => void;
}

/**
 * Settles instructions at the clearing houses of their brokers, then in the books, and answers with
 * those that could not be settled and are in repair: rejected by the house, or
 * `INSUFFICIENT_SETTLED_CASH`. Both are idempotent by execution, so cut off anywhere it can be run
 * again. A house that does not answer holds up no other: what the others answered is written before
 * it throws `ClearingUnavailable`. Throws `DATABASE_UNAVAILABLE` too.
 */
export async function clearAndWrite(
  { clearing, settlements }: ClearAndWriteDeps,
  instructions: readonly UnsettledInstruction[],
  { runId, onCleared = () => {} }: ClearAndWriteOptions,
): Promise<NotSettled[]> {
  if (instructions.length === 0) return [];
  const { cleared, failure } = await clear(clearing, instructions);
  onCleared();
  const repair = await write(settlements, cleared, runId);
  if (failure) throw failure.reason;
  return repair;
}

interface Cleared {
  instruction: UnsettledInstruction;
  result: ClearingResult;
}

async function clear(
  clearing: ClearingHouses,
  instructions: readonly UnsettledInstruction[],
): Promise<{ cleared: Cleared[]; failure: PromiseRejectedResult | undefined }> {
  const houses = Map.groupBy(instructions, ({ broker }) => broker);
  const answers = await Promise.allSettled(
    [...houses].map(async ([broker, ofBroker]) => {
      const results = await clearing.of(broker).settle(ofBroker);
      return ofBroker.map((instruction, index): Cleared => {
        const result = results[index];
        if (!result) throw new TypeError(`${broker} has not answered all of the instructions`);
        return { instruction, result };
      });
    }),
  );
  return {
    cleared: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
    failure: answers.find((answer) => answer.status === 'rejected'),
  };
}

async function write(
  settlements: ClearAndWriteDeps['settlements'],
  cleared: readonly Cleared[],
  runId: string | null,
): Promise<NotSettled[]> {
  if (cleared.length === 0) return [];
  const instructions = cleared.map(({ instruction }) => instruction);
  const rejected = cleared.flatMap(({ instruction: { executionId }, result }): NotSettled[] =>
    result.outcome === 'REJECTED' ? [{ executionId, reason: result.reason }] : [],
  );
  const executionIds = instructions.map(({ executionId }) => executionId);
  const decide = async (): Promise<NotSettled[] | null> => {
    const context = await settlements.readContext(executionIds);
    const write = decideWrite(instructions, rejected, context, runId);
    return (await settlements.writeSettlement(write)) === 'WRITTEN' ? write.repair : null;
  };
  return decideUntilWritten(decide, {
    detail: 'The books change too fast to decide on the settlement',
  });
}

/** What is settled already stays as it is. */
function decideWrite(
  instructions: readonly UnsettledInstruction[],
  rejected: readonly NotSettled[],
  { settled, settledCash }: SettlementContext,
  runId: string | null,
): SettlementWrite {
  const repair = rejected.filter(({ executionId }) => !settled.has(executionId));
  const rejectedIds = new Set(rejected.map(({ executionId }) => executionId));
  const due = instructions.filter(
    ({ executionId }) => !settled.has(executionId) && !rejectedIds.has(executionId),
  );
  const write: SettlementWrite = { settle: [], transfers: [], repair, settledCash, audit: [] };
  for (const [accountId, trades] of Map.groupBy(due.map(toTrade), (trade) => trade.accountId)) {
    const { settle, unpaid } = decideSettlement(new Decimal(settledCash[accountId] ?? 0), trades);
    for (const { executionId } of unpaid)
      write.repair.push({ executionId, reason: 'INSUFFICIENT_SETTLED_CASH' });
    if (settle.length === 0) continue;
    write.settle.push(...settle.map(({ executionId }) => executionId));
    write.transfers.push(...settle.flatMap(transfersOf));
    const details = {
      runId,
      instructions: settle.length,
      cashPaid: formatCash(cashOf(settle, 'BUY')),
      cashReceived: formatCash(cashOf(settle, 'SELL')),
    };
    write.audit.push({ accountId, actor: 'system', action: 'SETTLED', details });
  }
  return write;
}

type Trade = ReturnType<typeof toTrade>;

const toTrade = (instruction: UnsettledInstruction) => ({
  ...instruction,
  quantity: new Decimal(instruction.quantity),
  cash: new Decimal(instruction.cash),
});

const transfersOf = (trade: Trade): SettlementWrite['transfers'] => {
  const { executionId, accountId, orderId } = trade;
  return toTransfers(`settlement/${executionId}`, postSettlement(trade)).map((transfer) => ({
    ...{ executionId, accountId, orderId },
    ...transfer,
  }));
};

/** USD that the trades of one side pay or are paid. */
export const cashOf = (
  trades: readonly { side: Side; cash: Decimal | string }[],
  side: Side,
): Decimal =>
  trades.reduce<Decimal>((sum, trade) => (trade.side === side ? sum.plus(trade.cash) : sum), ZERO);
