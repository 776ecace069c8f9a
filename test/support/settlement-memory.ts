import { randomUUID } from 'node:crypto';
import {
  type Clearing,
  type ClearingHouses,
  ClearingUnavailable,
} from '../../contracts/settlement/clearing.ts';
import type { RecordedRetry, SettlementRepair } from '../../contracts/settlement/settlement.ts';
import type {
  SettlementStore,
  SettlementWorkflows,
  UnsettledInstruction,
} from '../../contracts/settlement/settlement-store.ts';

interface Kept extends UnsettledInstruction {
  status: 'PENDING' | 'SETTLED' | 'IN_REPAIR';
  reason: string | null;
}

export const dueInstruction = (over: Partial<UnsettledInstruction> = {}): UnsettledInstruction => {
  const executionId = randomUUID();
  return {
    ...{
      executionId,
      broker: 'paper-broker',
      brokerExecutionId: `PB-${executionId}`,
      orderId: randomUUID(),
      accountId: 'a',
      symbol: 'AAPL',
      side: 'BUY',
    },
    ...{ quantity: '1', price: '10', cash: '10.00', settlementDate: '2026-11-24' },
    executedAt: '2026-11-23T15:00:00.000Z',
    ...over,
  };
};

/**
 * Settlement instructions in memory, for tests of what stands above: it pays for everything and
 * forgets nothing.
 */
export function createSettlementMemory(instructions: readonly UnsettledInstruction[]) {
  const kept: Kept[] = instructions.map((instruction) => ({
    ...instruction,
    status: 'PENDING',
    reason: null,
  }));
  const retries: RecordedRetry[] = [];
  const settledBy = new Map<string, number>();
  const groupOf = ({ settlementDate, accountId }: { settlementDate: string; accountId: string }) =>
    `${settlementDate} ${accountId}`;
  const byGroup = (a: Kept, b: Kept): number =>
    groupOf(a).localeCompare(groupOf(b)) || a.executionId.localeCompare(b.executionId);
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
    listDueOf: async (group, side, limit) =>
      kept
        .filter((one) => one.status === 'PENDING' && groupOf(one) === groupOf(group))
        .filter((one) => one.side === side)
        .slice(0, limit),
    findUnsettled: async (executionId) =>
      kept.find((one) => one.executionId === executionId && one.status !== 'SETTLED') ?? null,
    readContext: async (executionIds) => {
      const named = executionIds.flatMap((executionId) => of(executionId) ?? []);
      return {
        settled: new Set(
          named.filter(({ status }) => status === 'SETTLED').map(({ executionId }) => executionId),
        ),
        settledCash: Object.fromEntries(named.map(({ accountId }) => [accountId, '1000000.00'])),
      };
    },
    async writeSettlement({ settle, repair, audit }) {
      const named = [...settle, ...repair.map(({ executionId }) => executionId)].map(of);
      if (named.some((one) => one?.status === 'SETTLED')) return 'CONFLICT';
      for (const executionId of settle)
        Object.assign(of(executionId) ?? {}, { status: 'SETTLED', reason: null });
      for (const { executionId, reason } of repair)
        Object.assign(of(executionId) ?? {}, { status: 'IN_REPAIR', reason });
      for (const { details } of audit) {
        const runId = String(details.runId ?? '');
        settledBy.set(runId, (settledBy.get(runId) ?? 0) + Number(details.instructions));
      }
      return 'WRITTEN';
    },
    listInRepair: async (after, limit) =>
      kept
        .filter((one) => one.status === 'IN_REPAIR' && (after === null || one.executionId > after))
        .sort((a, b) => a.executionId.localeCompare(b.executionId))
        .slice(0, limit)
        .map((one) => ({ ...one, tradeDate: one.settlementDate, reason: one.reason ?? '' })),
    readTotals: async (runId) => ({
      settled: settledBy.get(runId) ?? 0,
      inRepair: kept.filter(({ status }) => status === 'IN_REPAIR').length,
      ...{ cashPaid: '0.00', cashReceived: '0.00' },
    }),
    recordRetries: async (_executionId, asked) => {
      retries.push(...asked);
    },
  };
  return { store, kept, retries };
}

/** A clearing house in memory, which can be away and can reject single executions. */
export function createClearingMemory() {
  const house = {
    isAway: false,
    /** Brokers whose house is away alone. */
    awayAlone: new Set<string>(),
    rejects: new Map<string, string>(),
    calls: [] as string[][],
  };
  const atHouse: Clearing = {
    async settle(instructions) {
      house.calls.push(instructions.map(({ brokerExecutionId }) => brokerExecutionId));
      if (house.isAway) throw new ClearingUnavailable('away');
      return instructions.map(({ brokerExecutionId }) => {
        const reason = house.rejects.get(brokerExecutionId);
        return reason === undefined
          ? { brokerExecutionId, outcome: 'SETTLED' }
          : { brokerExecutionId, outcome: 'REJECTED', reason };
      });
    },
  };
  const clearing: ClearingHouses = {
    of(broker) {
      if (house.awayAlone.has(broker)) throw new ClearingUnavailable(`${broker} is away`);
      return atHouse;
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
