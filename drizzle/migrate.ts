import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import postgres from 'postgres';
import { applyFunctions } from './apply-functions.ts';
import { grantAccess, type ProcessRoles } from './grants.ts';

/**
 * Advisory lock under which a starter changes the database. Any number will do, as long as all take
 * the same.
 */
export const STARTER_LOCK = 7_426_001;

const MIGRATIONS_FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
const FUNCTIONS_FOLDER = fileURLToPath(new URL('./functions', import.meta.url));

/**
 * Brings the database's tables up to date, then its functions, and then what the processes' roles
 * may do, if they have some. An advisory lock makes several starters take turns; it belongs to the
 * one connection and falls with it.
 */
export async function migrate(
  databaseUrl: string,
  roles: ProcessRoles | null = null,
): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${STARTER_LOCK})`;
    await applyMigrations(sql);
    await applyFunctions(sql, FUNCTIONS_FOLDER);
    if (roles) await grantAccess(sql, roles);
  } finally {
    await sql.end();
  }
}

/** Loading drizzle takes a second of a core: not where there is nothing to apply. */
async function applyMigrations(sql: postgres.Sql): Promise<void> {
  if (await isUpToDate(sql)) return;
  const [{ drizzle }, migrator] = await Promise.all([
    import('drizzle-orm/postgres-js'),
    import('drizzle-orm/postgres-js/migrator'),
  ]);
  await migrator.migrate(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
}

/** Whether drizzle's migrator has noted the newest migration as applied. */
async function isUpToDate(sql: postgres.Sql): Promise<boolean> {
  const [noted] = await sql<{ isThere: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as "isThere"`;
  if (!noted?.isThere) return false;
  const [applied] = await sql<{ at: number | null }[]>`
    select max(created_at)::float8 as at from drizzle.__drizzle_migrations`;
  const newest = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).at(-1);
  return newest !== undefined && (applied?.at ?? 0) >= newest.folderMillis;
}
