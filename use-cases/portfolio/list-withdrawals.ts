import { HubError } from '../../contracts/errors.ts';
import type { WithdrawalListPosition, WithdrawalStore } from '../../contracts/ports/withdrawals.ts';
import type { WithdrawalUseCases } from '../use-cases.ts';

const CURSOR_TEXT = /^((?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The caller's withdrawals, newest first. A cursor that is not ours is `VALIDATION_FAILED`. Throws `DATABASE_UNAVAILABLE`. */
export function createListWithdrawals(deps: {
  withdrawals: Pick<WithdrawalStore, 'listWithdrawals'>;
}): WithdrawalUseCases['listWithdrawals'] {
  return async (caller, { limit, cursor }) => {
    const after = cursor === null ? null : decodeCursor(cursor);
    const found = await deps.withdrawals.listWithdrawals(caller.accountId, after, limit + 1);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: found.length > limit && last ? encodeCursor(last) : null };
  };
}

const encodeCursor = ({ createdAt, id }: WithdrawalListPosition): string => Buffer.from(`${createdAt}/${id}`, 'utf8').toString('base64url');

/** Decoding is lenient about what is no base64url: only what encodes to the same text again is a cursor. */
function decodeCursor(cursor: string): WithdrawalListPosition {
  const [, createdAt, id] = CURSOR_TEXT.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (createdAt === undefined || id === undefined || !isInstant(createdAt) || encodeCursor({ createdAt, id }) !== cursor) {
    throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
  }
  return { createdAt, id };
}

/** A day or an hour that the calendar does not have must not reach the database. */
function isInstant(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}
