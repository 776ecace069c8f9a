import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from '../../drizzle/schema/index.ts';

/** `sql` for the hot path (prepared once per connection: one round trip a statement), `db` for all else. */
export interface Database {
  sql: postgres.Sql;
  db: PostgresJsDatabase<typeof schema>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_S = 3;
const CLOSE_TIMEOUT_S = 5;

/** Opens a pool. Connections are made when first needed and again after they broke. */
export function openDatabase(url: string, options: { poolSize: number; applicationName: string }): Database {
  const sql = postgres(url, {
    max: options.poolSize,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: (attempt: number) => Math.min(0.1 * 2 ** attempt, 1),
    connection: { application_name: options.applicationName, statement_timeout: 5_000 },
    onnotice: () => {},
  });
  return { sql, db: drizzle(sql, { schema }), close: () => sql.end({ timeout: CLOSE_TIMEOUT_S }) };
}
