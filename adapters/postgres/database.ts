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

/** Where a client waits for the answer: with all else that is done for it, 3 s at most. */
export const CLIENT_STATEMENT_MS_MAX = 2_000;
const STATEMENT_MS_MAX = 5_000;
const CLOSE_TIMEOUT_S = 5;
const RECONNECT_AFTER_S_MAX = 0.5;
/** A server that is alive ends a statement itself, and says so within this time. */
const LAST_WORD_MS = 500;

export interface DatabaseOptions {
  poolSize: number;
  applicationName: string;
  /** How long a statement may take, and a connection to come about. */
  statementMsMax?: number;
}

/**
 * Opens a pool. Connections are made when first needed and again after they broke. From a server
 * that hangs nobody waits longer than for a statement: what is asked of it, or waits for a
 * connection, ends as `DATABASE_UNAVAILABLE`.
 */
export function openDatabase(
  url: string,
  { poolSize, applicationName, statementMsMax = STATEMENT_MS_MAX }: DatabaseOptions,
): Database {
  const sql = postgres(url, {
    max: poolSize,
    connect_timeout: statementMsMax / 1_000,
    answer_timeout: (statementMsMax + LAST_WORD_MS) / 1_000,
    backoff: (attempt: number) => Math.min(0.1 * 2 ** attempt, RECONNECT_AFTER_S_MAX),
    connection: { application_name: applicationName, statement_timeout: statementMsMax },
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
