import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type postgres from 'postgres';

/**
 * Makes the database's functions those of the folder, in one transaction: `<name>.sql` holds the
 * function `<name>` and the triggers that call it, and runs when its SHA-256 is not what
 * `drizzle.applied_functions` has. A function whose file is gone is dropped. Whatever goes takes its
 * triggers along, so what stands is what the file says. The caller holds the starters' lock.
 */
export async function applyFunctions(
  sql: postgres.Sql,
  folder: string,
): Promise<{ applied: string[]; dropped: string[] }> {
  const files = await readFunctions(folder);
  return sql.begin(async (tx) => {
    await tx`CREATE SCHEMA IF NOT EXISTS drizzle`;
    await tx`
      CREATE TABLE IF NOT EXISTS drizzle.applied_functions (
        name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
    const rows = await tx<{ name: string; hash: string }[]>`
      SELECT name, hash FROM drizzle.applied_functions`;
    const standing = new Map(rows.map(({ name, hash }) => [name, hash]));
    const dropped = [...standing.keys()].filter((name) => !files.has(name)).sort();
    const changed = [...files].filter(([name, { hash }]) => standing.get(name) !== hash);
    for (const name of [...dropped, ...changed.map(([name]) => name)]) await dropFunction(tx, name);
    for (const [name, { hash, text }] of changed) {
      await tx.unsafe(text);
      await tx`INSERT INTO drizzle.applied_functions (name, hash) VALUES (${name}, ${hash})`;
    }
    return { applied: changed.map(([name]) => name), dropped };
  });
}

async function readFunctions(folder: string): Promise<Map<string, { hash: string; text: string }>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const read = files.map(async (file) => {
    const text = await readFile(join(folder, file), 'utf8');
    return [basename(file, '.sql'), { hash: sha256(text), text }] as const;
  });
  return new Map(await Promise.all(read));
}

/** Every overload: a function whose arguments change would stand beside the new one otherwise. */
async function dropFunction(tx: postgres.TransactionSql, name: string): Promise<void> {
  const overloads = await tx<{ signature: string }[]>`
    SELECT oid::regprocedure::text AS signature FROM pg_proc
    WHERE proname = ${name} AND pronamespace = 'public'::regnamespace`;
  for (const { signature } of overloads) await tx.unsafe(`DROP FUNCTION ${signature} CASCADE`);
  await tx`DELETE FROM drizzle.applied_functions WHERE name = ${name}`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
