import type {
  RecordedRetry,
  SettleAttempt,
  SettlementRepair,
} from '../../contracts/settlement/settlement.ts';
import type {
  NotSettled,
  SettlementStore,
  SettlementWorkflows,
  UnsettledInstruction,
} from '../../contracts/settlement/settlement-store.ts';
import { type ClearAndWriteDeps, clearAndWrite } from './clear-and-write.ts';

/** Workflows that are started at once. */
const STARTS_MAX = 10;
const PAGE_SIZE = 200;

type Repaired = Pick<
  UnsettledInstruction,
  'executionId' | 'symbol' | 'side' | 'quantity' | 'settlementDate'
>;

/**
 * Starts the workflow of each instruction that failed; one that has been started before is left as
 * it is.
 */
export async function startRepairs(
  { workflows }: { workflows: Pick<SettlementWorkflows, 'startRepair'> },
  instructions: readonly Repaired[],
  failed: readonly NotSettled[],
): Promise<void> {
  const reasons = new Map(failed.map(({ executionId, reason }) => [executionId, reason]));
  const repairs = instructions.flatMap(
    ({ executionId, symbol, side, quantity, settlementDate }): SettlementRepair[] => {
      const reason = reasons.get(executionId);
      return reason === undefined
        ? []
        : [{ executionId, symbol, side, quantity, settlementDate, reason }];
    },
  );
  for (let from = 0; from < repairs.length; from += STARTS_MAX) {
    await Promise.all(
      repairs.slice(from, from + STARTS_MAX).map((repair) => workflows.startRepair(repair)),
    );
  }
}

export interface AdoptRepairsDeps {
  settlements: Pick<SettlementStore, 'listInRepair'>;
  workflows: Pick<SettlementWorkflows, 'startRepair'>;
}

/**
 * Sees to it that everything in repair has its workflow, whoever was killed between the two, and
 * whatever was terminated or lost since. `onPage` is told how many have been looked at.
 */
export async function adoptRepairs(
  deps: AdoptRepairsDeps,
  onPage: (seen: number) => void = () => {},
): Promise<number> {
  let seen = 0;
  for (let after: string | null = null; ; ) {
    const page = await deps.settlements.listInRepair(after, PAGE_SIZE);
    await startRepairs(deps, page, page);
    seen += page.length;
    onPage(seen);
    const last = page.at(-1);
    if (!last || page.length < PAGE_SIZE) return seen;
    after = last.executionId;
  }
}

/**
 * One attempt to settle one execution; one that is settled already is settled. Throws
 * `ClearingUnavailable` and `DATABASE_UNAVAILABLE`.
 */
export async function settleOne(
  deps: ClearAndWriteDeps & { settlements: Pick<SettlementStore, 'findUnsettled'> },
  executionId: string,
): Promise<SettleAttempt> {
  const instruction = await deps.settlements.findUnsettled(executionId);
  if (!instruction) return { outcome: 'SETTLED' };
  const [failed] = await clearAndWrite(deps, [instruction], { runId: null });
  return failed ? { outcome: 'NOT_SETTLED', reason: failed.reason } : { outcome: 'SETTLED' };
}

/** Into the audit trail: who asked for a retry of an execution, or of a whole run (null). */
export const recordRetries = (
  { settlements }: { settlements: Pick<SettlementStore, 'recordRetries'> },
  executionId: string | null,
  retries: readonly RecordedRetry[],
): Promise<void> => settlements.recordRetries(executionId, retries);
