import type { NotSettled, SettlementStore, SettlementWorkflows, UnsettledInstruction } from '../../contracts/ports/settlement.ts';
import type { SettlementRepair } from '../../contracts/settlement.ts';

/** Workflows that are started at once. */
const STARTS_MAX = 10;
const PAGE_SIZE = 200;

type Repaired = Pick<UnsettledInstruction, 'executionId' | 'symbol' | 'side' | 'quantity' | 'settlementDate'>;

/** Starts the workflow of each instruction that failed; one that has been started before is left as it is. */
export async function startRepairs(
  workflows: Pick<SettlementWorkflows, 'startRepair'>,
  instructions: readonly Repaired[],
  failed: readonly NotSettled[],
): Promise<void> {
  const reasons = new Map(failed.map(({ executionId, reason }) => [executionId, reason]));
  const repairs = instructions.flatMap(({ executionId, symbol, side, quantity, settlementDate }): SettlementRepair[] => {
    const reason = reasons.get(executionId);
    return reason === undefined ? [] : [{ executionId, symbol, side, quantity, settlementDate, reason }];
  });
  for (let from = 0; from < repairs.length; from += STARTS_MAX) {
    await Promise.all(repairs.slice(from, from + STARTS_MAX).map((repair) => workflows.startRepair(repair)));
  }
}

export interface AdoptRepairsDeps {
  settlements: Pick<SettlementStore, 'listInRepair'>;
  workflows: Pick<SettlementWorkflows, 'startRepair'>;
}

/**
 * Sees to it that everything in repair has its workflow, whoever was killed between the two, and whatever was terminated or lost since.
 * `onPage` is told how many have been looked at.
 */
export function createAdoptRepairs({ settlements, workflows }: AdoptRepairsDeps) {
  return async function adoptRepairs(onPage: (seen: number) => void = () => {}): Promise<number> {
    let seen = 0;
    for (let after: string | null = null; ; ) {
      const page = await settlements.listInRepair(after, PAGE_SIZE);
      await startRepairs(workflows, page, page);
      seen += page.length;
      onPage(seen);
      const last = page.at(-1);
      if (!last || page.length < PAGE_SIZE) return seen;
      after = last.executionId;
    }
  };
}
