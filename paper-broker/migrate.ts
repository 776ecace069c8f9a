import { readdir, readFile } from 'node:fs/promises';
import type postgres from 'postgres';

const MIGRATIONS_FOLDER = new URL('./migrations/', import.meta.url);
/** Any number that no other program uses for an advisory lock in this database. */
const MIGRATION_LOCK = 8_083;

/**
 * Brings the venue's database to the newest schema: each file of `migrations/` once, in order of
 * name, all in one transaction. Safe to run from several processes at once.
 */
export async function migrateVenueDatabase(sql: postgres.Sql): Promise<string[]> {
  const files = (await readdir(MIGRATIONS_FOLDER)).filter((file) => file.endsWith('.sql')).sort();
  return sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`;
    await tx`CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`;
    const rows = await tx<{ name: string }[]>`SELECT name FROM schema_migrations`;
    const applied = new Set(rows.map((row) => row.name));
    const missing = files.filter((file) => !applied.has(file));
    for (const file of missing) {
      await tx.unsafe(await readFile(new URL(file, MIGRATIONS_FOLDER), 'utf8'));
      await tx`INSERT INTO schema_migrations (name) VALUES (${file})`;
    }
    return missing;
  });
}
