import { decodeListCursor, listPage } from '../../contracts/list-cursor.ts';
import type { WithdrawalListPosition, WithdrawalStore } from '../../contracts/ports/withdrawals.ts';
import type { WithdrawalUseCases } from '../use-cases.ts';

/** The caller's withdrawals, newest first. A cursor that is not ours is `VALIDATION_FAILED`. Throws `DATABASE_UNAVAILABLE`. */
export function createListWithdrawals(deps: {
  withdrawals: Pick<WithdrawalStore, 'listWithdrawals'>;
}): WithdrawalUseCases['listWithdrawals'] {
  return async (caller, { limit, cursor }) => {
    const found = await deps.withdrawals.listWithdrawals(caller.accountId, positionOf(cursor), limit + 1);
    return listPage(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  };
}

function positionOf(cursor: string | null): WithdrawalListPosition | null {
  if (cursor === null) return null;
  const { at, id } = decodeListCursor(cursor);
  return { createdAt: at, id };
}
