import type { Timestamp } from './decimal-string.ts';
import { HubError } from './errors.ts';

/** Which page of a list: `cursor` is the `nextCursor` of the page before, null for the first. */
export interface PageRequest {
  limit: number;
  cursor: string | null;
}

export interface Page<T> {
  items: T[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

/** The place of an item in a list that is ordered by an instant, then by id. */
export interface ListPosition {
  at: Timestamp;
  id: string;
}

const CURSOR_TEXT =
  /^((?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const encodeListCursor = ({ at, id }: ListPosition): string =>
  Buffer.from(`${at}/${id}`, 'utf8').toString('base64url');

/**
 * Throws `VALIDATION_FAILED` for a cursor that is not ours. Decoding is lenient about what is no
 * base64url: only what encodes to the same text again is a cursor.
 */
export function decodeListCursor(cursor: string): ListPosition {
  const [, at, id] = CURSOR_TEXT.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (
    at === undefined ||
    id === undefined ||
    !isInstant(at) ||
    encodeListCursor({ at, id }) !== cursor
  ) {
    throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
  }
  return { at, id };
}

/** A day or an hour that the calendar does not have must not reach the database. */
function isInstant(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

/**
 * The page of what was found, of which one more than `limit` was asked for to know whether there is
 * a next one.
 */
export function listPage<T>(
  found: readonly T[],
  limit: number,
  positionOf: (item: T) => ListPosition,
): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: found.length > limit && last ? encodeListCursor(positionOf(last)) : null,
  };
}
