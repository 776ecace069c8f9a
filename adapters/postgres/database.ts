import postgres from 'postgres';
import type { Timestamp } from '../../contracts/decimal-string.ts';
import { toTimestamp } from './timestamp.ts';

/** Statements are prepared once per connection: one round trip a statement. */
export interface Database {
  sql: postgres.Sql;
  close(): Promise<void>;
}

/** Times and dates stay text, both ways: a `Date` would move a date into another time zone. */
const TEXT_TIMES = {
  to: 1184,
  from: [1082, 1083, 1114, 1184],
  serialize: (text: string): string => text,
  parse: (text: string): string => text,
};

const CONNECT_TIMEOUT_S = 3;
const CLOSE_TIMEOUT_S = 5;

/** Opens a pool. Connections are made when first needed and again after they broke. */
export function openDatabase(
  url: string,
  options: { poolSize: number; applicationName: string },
): Database {
  const sql = postgres(url, {
    max: options.poolSize,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: (attempt: number) => Math.min(0.1 * 2 ** attempt, 1),
    connection: { application_name: options.applicationName, statement_timeout: 5_000 },
    onnotice: () => {},
    types: { date: TEXT_TIMES },
  });
  return { sql, close: () => sql.end({ timeout: CLOSE_TIMEOUT_S }) };
}

/** When the server that answers was started. */
export async function readServerStart(sql: postgres.Sql): Promise<Timestamp> {
  const [row] = await sql<{ startedAt: string }[]>`
    select pg_postmaster_start_time() as "startedAt"`;
  if (!row) throw new Error('the server does not say when it was started');
  return toTimestamp(row.startedAt);
}
