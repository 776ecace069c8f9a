import { HubError } from '../../contracts/errors.ts';
import type { Page, PageRequest } from '../../contracts/list-cursor.ts';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';
import type { SettlementInRepair } from '../../contracts/settlement/settlement.ts';
import type {
  SettlementStore,
  SettlementWorkflows,
} from '../../contracts/settlement/settlement-store.ts';
import { assertNever } from '../../domain/assert-never.ts';

export interface SettlementAdminDeps {
  settlements: Pick<SettlementStore, 'listInRepair' | 'findUnsettled'>;
  workflows: Pick<SettlementWorkflows, 'retryRepair'>;
  /** Names a request of an operator's. */
  newId: () => string;
}

export interface RetriedSettlement {
  executionId: string;
  status: 'SETTLED' | 'IN_REPAIR' | 'PENDING';
  /** Why it is still in repair. */
  reason: string | null;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Executions that could not be settled on their day; each has a workflow of its own that retries.
 * For operators. Throws `DATABASE_UNAVAILABLE`; a cursor that is not ours is `VALIDATION_FAILED`.
 */
export async function listInRepair(
  { settlements }: SettlementAdminDeps,
  { limit, cursor }: PageRequest,
): Promise<Page<SettlementInRepair>> {
  if (cursor !== null && !UUID.test(cursor))
    throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
  const found = await settlements.listInRepair(cursor, limit + 1);
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.executionId ?? null) : null };
}

/**
 * Ends the wait before the next attempt and answers with what came of it; PENDING when that takes
 * long. Throws `SETTLEMENT_NOT_FOUND`, `SETTLEMENT_NOT_WAITING`, `DATABASE_UNAVAILABLE` and
 * `TEMPORAL_UNAVAILABLE`.
 */
export async function retrySettlement(
  { settlements, workflows, newId }: SettlementAdminDeps,
  executionId: string,
  request: OperatorRequest,
): Promise<RetriedSettlement> {
  const id = executionId.toLowerCase();
  if (!UUID.test(id) || !(await settlements.findUnsettled(id)))
    throw new HubError('SETTLEMENT_NOT_FOUND');
  const answer = await workflows.retryRepair(id, newId(), request);
  switch (answer) {
    case 'PENDING':
      return { executionId: id, status: 'PENDING', reason: null };
    // Settled only since it was looked up, or not yet due: in neither case is anything waiting.
    case 'NOT_RUNNING':
    case 'REJECTED':
      throw new HubError('SETTLEMENT_NOT_WAITING');
    default:
      return typeof answer === 'object'
        ? { executionId: id, status: answer.status, reason: answer.reason }
        : assertNever(answer);
  }
}
