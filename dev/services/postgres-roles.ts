import { join } from 'node:path';
import postgres from 'postgres';
import { keepSecret } from '../secrets.ts';

export const SUPERUSER = 'postgres';

/**
 * Who enters the embedded server. `owner` changes the hub's schema, `api` and `workers` read and
 * write its rows (drizzle/grants.ts says which), `paperBroker` owns the broker's database and sees
 * no other.
 */
export const ROLES = {
  owner: 'hub_owner',
  api: 'hub_api',
  workers: 'hub_workers',
  paperBroker: 'paper_broker',
} as const;

/** The hub's database and the broker's, each with its owner and who else may connect. */
const DATABASES = [
  { name: 'hub', owner: ROLES.owner, guests: [ROLES.api, ROLES.workers] },
  { name: 'paper_broker', owner: ROLES.paperBroker, guests: [] },
] as const;

/** Where a role's password is kept; the superuser's too. */
export const passwordFile = (folder: string, role: string): string => join(folder, role);

/** The URL by which a role enters a database of the server on this port. */
export function urlOf(
  role: string,
  { folder, port }: { folder: string; port: number },
  database: string,
): string {
  return `postgres://${role}:${keepSecret(passwordFile(folder, role))}@127.0.0.1:${port}/${database}`;
}

/**
 * Makes the roles, gives each the password that is kept for it, and each database to its owner.
 * Safe to repeat: an older state folder, in which the superuser owns everything, becomes as a new
 * one is.
 */
export async function ensureRoles(server: { folder: string; port: number }): Promise<void> {
  await asSuperuser(server, 'postgres', async (sql) => {
    for (const role of Object.values(ROLES)) {
      const [found] = await sql`SELECT 1 FROM pg_roles WHERE rolname = ${role}`;
      if (!found) await sql`CREATE ROLE ${sql(role)}`;
      const password = keepSecret(passwordFile(server.folder, role));
      const bounds = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
      await sql.unsafe(`ALTER ROLE ${role} ${bounds} PASSWORD '${password}'`);
    }
    await sql`REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC`;
    for (const { name, owner, guests } of DATABASES) {
      await sql`ALTER DATABASE ${sql(name)} OWNER TO ${sql(owner)}`;
      await sql`REVOKE ALL ON DATABASE ${sql(name)} FROM PUBLIC`;
      for (const guest of guests)
        await sql`GRANT CONNECT ON DATABASE ${sql(name)} TO ${sql(guest)}`;
    }
  });
  for (const { name, owner } of DATABASES)
    await asSuperuser(server, name, (sql) => giveTo(sql, owner));
}

/** What the superuser owns beside the system's own and what extensions brought. */
async function giveTo(sql: postgres.Sql, owner: string): Promise<void> {
  const rows = await sql<{ statement: string }[]>`
    WITH spaces AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('public', 'drizzle')),
      brought AS (SELECT objid FROM pg_depend WHERE deptype = 'e')
    SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, ${owner}::text) AS statement
    FROM spaces JOIN pg_namespace n USING (oid, nspname) WHERE n.nspowner = 10 AND nspname <> 'public'
    UNION ALL
    SELECT format('ALTER TABLE %s OWNER TO %I', c.oid::regclass, ${owner}::text) FROM pg_class c
    WHERE c.relnamespace IN (SELECT oid FROM spaces) AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relowner = 10
      AND c.oid NOT IN (SELECT objid FROM brought)
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, ${owner}::text) FROM pg_proc p
    WHERE p.pronamespace IN (SELECT oid FROM spaces) AND p.proowner = 10 AND p.oid NOT IN (SELECT objid FROM brought)`;
  for (const { statement } of rows) await sql.unsafe(statement);
}

async function asSuperuser<T>(
  server: { folder: string; port: number },
  database: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(urlOf(SUPERUSER, server, database), { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
