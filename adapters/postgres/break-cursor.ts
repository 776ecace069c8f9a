import type { Timestamp } from '../../contracts/decimal-string.ts';
import { HubError } from '../../contracts/errors.ts';

/** The place of a break in the list, oldest first. */
export interface BreakPosition {
  raisedAt: Timestamp;
  id: string;
}

const CURSOR_TEXT = /^((?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const encodeBreakCursor = ({ raisedAt, id }: BreakPosition): string =>
  Buffer.from(`${raisedAt}/${id}`, 'utf8').toString('base64url');

/** Throws `VALIDATION_FAILED` for a cursor that is not ours. */
export function decodeBreakCursor(cursor: string): BreakPosition {
  const [, raisedAt, id] = CURSOR_TEXT.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (raisedAt === undefined || id === undefined || !isInstant(raisedAt) || encodeBreakCursor({ raisedAt, id }) !== cursor) {
    throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
  }
  return { raisedAt, id };
}

/** A day that the calendar does not have must not reach the database. */
function isInstant(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}
