import { HubError } from '../../contracts/errors.ts';
import type { SettlementStore, SettlementWorkflows } from '../../contracts/ports/settlement.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { SettlementAdmin } from '../use-cases.ts';

export interface SettlementAdminDeps {
  settlements: Pick<SettlementStore, 'listInRepair' | 'findUnsettled'>;
  workflows: Pick<SettlementWorkflows, 'retryRepair'>;
  /** Names a request of an operator's. */
  newId: () => string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Executions under repair, for operators. Throws `DATABASE_UNAVAILABLE`, `TEMPORAL_UNAVAILABLE`; a cursor that is not ours is `VALIDATION_FAILED`. */
export const createSettlementAdmin = ({ settlements, workflows, newId }: SettlementAdminDeps): SettlementAdmin => ({
  async listInRepair({ limit, cursor }) {
    if (cursor !== null && !UUID.test(cursor)) throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
    const found = await settlements.listInRepair(cursor, limit + 1);
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.executionId ?? null) : null };
  },

  async retrySettlement(executionId, request) {
    const id = executionId.toLowerCase();
    if (!UUID.test(id) || !(await settlements.findUnsettled(id))) throw new HubError('SETTLEMENT_NOT_FOUND');
    const answer = await workflows.retryRepair(id, newId(), request);
    switch (answer) {
      case 'PENDING':
        return { executionId: id, status: 'PENDING', reason: null };
      // Settled only since it was looked up, or not yet due: in neither case is anything waiting.
      case 'NOT_RUNNING':
      case 'REFUSED':
        throw new HubError('SETTLEMENT_NOT_WAITING');
      default:
        return typeof answer === 'object' ? { executionId: id, status: answer.status, reason: answer.reason } : assertNever(answer);
    }
  },
});
