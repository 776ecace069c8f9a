import { randomUUID } from 'node:crypto';
import type { Clearing } from '../../contracts/ports/clearing.ts';
import { ClearingUnavailable } from '../../contracts/ports/clearing.ts';
import type { SettlementStore, SettlementWorkflows, UnsettledInstruction } from '../../contracts/ports/settlement.ts';
import type { RecordedRetry, SettlementRepair } from '../../contracts/settlement.ts';

interface Kept extends UnsettledInstruction {
  status: 'PENDING' | 'SETTLED' | 'IN_REPAIR';
  reason: string | null;
}

export const dueInstruction = (over: Partial<UnsettledInstruction> = {}): UnsettledInstruction => {
  const executionId = randomUUID();
  return {
    ...{ executionId, brokerExecutionId: `PB-${executionId}`, orderId: randomUUID(), accountId: 'a', symbol: 'AAPL', side: 'BUY' },
    ...{ quantity: '1', price: '10', cash: '10.00', settlementDate: '2026-11-24' },
    ...over,
  };
};

/** Settlement instructions in memory, for tests of what stands above: it pays for everything and forgets nothing. */
export function createSettlementMemory(instructions: readonly UnsettledInstruction[]) {
  const kept: Kept[] = instructions.map((instruction) => ({ ...instruction, status: 'PENDING', reason: null }));
  const retries: RecordedRetry[] = [];
  const settledBy = new Map<string, Kept[]>();
  const groupOf = ({ settlementDate, accountId }: { settlementDate: string; accountId: string }) => `${settlementDate} ${accountId}`;
  const byGroup = (a: Kept, b: Kept): number => groupOf(a).localeCompare(groupOf(b)) || a.executionId.localeCompare(b.executionId);
  const of = (executionId: string) => kept.find((one) => one.executionId === executionId);

  const store: SettlementStore = {
    readLastAuditEvent: async () => 0,
    readAuditEventBefore: async () => 0,
    listDue: async (asOfDate, after, limit) =>
      kept
        .filter((one) => one.status === 'PENDING' && one.settlementDate <= asOfDate)
        .filter((one) => after === null || groupOf(one) > groupOf(after))
        .sort(byGroup)
        .slice(0, limit),
    listDueOf: async (group, limit) => {
      const due = kept.filter((one) => one.status === 'PENDING' && groupOf(one) === groupOf(group));
      return [...due.filter(({ side }) => side === 'SELL'), ...due.filter(({ side }) => side === 'BUY')].slice(0, limit);
    },
    findUnsettled: async (executionId) => kept.find((one) => one.executionId === executionId && one.status !== 'SETTLED') ?? null,
    async writeSettlement({ runId, settle, refused }) {
      for (const { executionId } of settle) {
        const one = of(executionId);
        if (!one || one.status === 'SETTLED') continue;
        Object.assign(one, { status: 'SETTLED', reason: null });
        settledBy.set(runId ?? '', [...(settledBy.get(runId ?? '') ?? []), one]);
      }
      for (const { executionId, reason } of refused) Object.assign(of(executionId) ?? {}, { status: 'IN_REPAIR', reason });
      return [];
    },
    listInRepair: async (after, limit) =>
      kept
        .filter((one) => one.status === 'IN_REPAIR' && (after === null || one.executionId > after))
        .sort((a, b) => a.executionId.localeCompare(b.executionId))
        .slice(0, limit)
        .map((one) => ({ ...one, tradeDate: one.settlementDate, reason: one.reason ?? '' })),
    readTotals: async (runId) => ({
      settled: settledBy.get(runId)?.length ?? 0,
      inRepair: kept.filter(({ status }) => status === 'IN_REPAIR').length,
      ...{ cashPaid: '0.00', cashReceived: '0.00' },
    }),
    recordRetries: async (_executionId, asked) => {
      retries.push(...asked);
    },
  };
  return { store, kept, retries };
}

/** A clearing house in memory, which can be away and can refuse single executions. */
export function createClearingMemory() {
  const house = { isAway: false, refuses: new Map<string, string>(), calls: [] as string[][] };
  const clearing: Clearing = {
    async settle(instructions) {
      house.calls.push(instructions.map(({ brokerExecutionId }) => brokerExecutionId));
      if (house.isAway) throw new ClearingUnavailable('away');
      return instructions.map(({ brokerExecutionId }) => {
        const reason = house.refuses.get(brokerExecutionId);
        return reason === undefined ? { brokerExecutionId, outcome: 'SETTLED' } : { brokerExecutionId, outcome: 'REJECTED', reason };
      });
    },
  };
  return { clearing, house };
}

/** Remembers which repairs were started. */
export function createRepairsMemory() {
  const started: SettlementRepair[] = [];
  const workflows: SettlementWorkflows = {
    startRepair: async (repair) => {
      started.push(repair);
    },
    retryRepair: async () => 'NOT_RUNNING',
  };
  return { workflows, started };
}
