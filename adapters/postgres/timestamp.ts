import type { Timestamp } from '../../contracts/decimal-string.ts';

/**
 * `timestamptz` as Postgres writes it with DateStyle ISO, whatever the session's time zone:
 * `2026-11-24 14:30:00.123+00`.
 */
const POSTGRES_TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(?:Z|([+-]\d{2})(?::?(\d{2}))?)$/;

/**
 * A `timestamptz` value as RFC 3339 in UTC with milliseconds. Takes text, as the clients of
 * `openDatabase` give it, and the `Date` of others. Throws a `RangeError` on anything else.
 */
export function toTimestamp(value: string | Date): Timestamp {
  if (typeof value !== 'string') return value.toISOString();
  const match = POSTGRES_TIMESTAMP.exec(value);
  if (!match) throw new RangeError(`not a timestamp of Postgres: ${value}`);
  const [, date, time, hours = '+00', minutes = '00'] = match;
  return new Date(`${date}T${time}${hours}:${minutes}`).toISOString();
}

/** {@link toTimestamp} for a column that may be null. */
export function toTimestampOrNull(value: string | Date | null): Timestamp | null {
  return value === null ? null : toTimestamp(value);
}
