import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type postgres from 'postgres';

/** Bytes in use, by store. */
export interface StorageBytes {
  readonly temporal: number;
  readonly hub: number;
  readonly paperBroker: number;
}

export async function readStorage(sql: postgres.Sql, stateDir: string): Promise<StorageBytes> {
  const [row] = await sql<{ hub: number; paper_broker: number }[]>`
    select pg_database_size('hub')::float8 as hub, pg_database_size('paper_broker')::float8 as paper_broker`;
  if (!row) throw new Error('Postgres does not tell the size of its databases');
  return {
    temporal: readSqliteBytes(join(stateDir, 'temporal', 'temporal.db')),
    hub: row.hub,
    paperBroker: row.paper_broker,
  };
}

/**
 * The pages that hold data, those that are only in the write-ahead log included: what the file has
 * after a checkpoint.
 */
function readSqliteBytes(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const pragma = (name: string) =>
      Number(Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  } finally {
    database.close();
  }
}
