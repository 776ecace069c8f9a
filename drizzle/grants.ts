import type postgres from 'postgres';
import { columnOf } from '../adapters/postgres/columns.ts';
import type * as schema from './schema/index.ts';

/** The roles that the processes enter the hub's database by. */
export interface ProcessRoles {
  readonly api: string;
  readonly workers: string;
}

/**
 * S(elect), I(nsert), U(pdate), D(elete). Locking a row with SELECT … FOR UPDATE takes the right to
 * update.
 */
type Rights = '' | 'S' | 'SI' | 'SU' | 'SIU' | 'SID' | 'SIUD';

const WORDS = { S: 'SELECT', I: 'INSERT', U: 'UPDATE', D: 'DELETE' } as const;

/**
 * What each process may do to each table, by its name in the schema; the types alone come from
 * there, since loading drizzle takes a second. Whoever adds a table says it here, or they do not
 * hold. The ledger, executions and audit events are written once: nobody who enters may change or
 * remove them.
 */
const RIGHTS: Readonly<Record<keyof typeof schema, Readonly<Record<keyof ProcessRoles, Rights>>>> =
  {
    accounts: { api: 'SIU', workers: 'SU' },
    auditEvents: { api: 'SI', workers: 'SI' },
    breaks: { api: 'SU', workers: 'SI' },
    brokerSessions: { api: 'S', workers: 'SIU' },
    executions: { api: 'S', workers: 'SI' },
    holds: { api: 'SIU', workers: 'SIU' },
    idempotencyKeys: { api: 'SI', workers: 'SI' },
    instruments: { api: 'SU', workers: 'S' },
    ledgerAccounts: { api: 'SIU', workers: 'SIU' },
    ledgerTransfers: { api: 'SI', workers: 'SI' },
    loginAddresses: { api: 'SIUD', workers: '' },
    orders: { api: 'SIU', workers: 'SIU' },
    orderTroubles: { api: 'S', workers: 'SIUD' },
    positions: { api: 'SIU', workers: 'SIU' },
    refreshTokens: { api: 'SIUD', workers: '' },
    settlementInstructions: { api: 'S', workers: 'SIU' },
    tradingSessions: { api: 'SIUD', workers: 'S' },
    userSessions: { api: 'SIUD', workers: '' },
    users: { api: 'SIU', workers: '' },
    watchlistItems: { api: 'SID', workers: '' },
    withdrawals: { api: 'SI', workers: 'S' },
  };

/**
 * Lets each role do what {@link RIGHTS} says and no more, in one transaction, after every
 * migration: what a later migration adds is covered, what was given otherwise is taken back. A role
 * that is the caller's own is left as it is: one user for everything is a deployment's choice.
 */
export async function grantAccess(sql: postgres.Sql, roles: ProcessRoles): Promise<void> {
  await sql.begin(async (tx) => {
    const { me, tables, routines } = await listOwn(tx);
    await tx.unsafe(`REVOKE ALL ON ROUTINE ${routines} FROM PUBLIC`);
    for (const process of ['api', 'workers'] as const) {
      if (roles[process] === me) continue;
      const role = quote(roles[process]);
      await tx.unsafe(`REVOKE ALL ON TABLE ${tables} FROM ${role}`);
      await tx.unsafe(`GRANT USAGE ON SCHEMA public TO ${role}`);
      await tx.unsafe(`GRANT EXECUTE ON ROUTINE ${routines} TO ${role}`);
      for (const [privilege, on] of listGrants(process))
        await tx.unsafe(`GRANT ${privilege} ON TABLE ${on} TO ${role}`);
    }
  });
}

/**
 * The hub's tables and functions, ready for a statement. What an extension brought is not ours to
 * give.
 */
async function listOwn(
  tx: postgres.TransactionSql,
): Promise<{ me: string; tables: string; routines: string }> {
  const [own] = await tx<{ me: string; tables: string; routines: string }[]>`
    WITH brought AS (SELECT objid FROM pg_depend WHERE deptype = 'e')
    SELECT current_user AS me,
      (SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND oid NOT IN (SELECT objid FROM brought)) AS tables,
      (SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace AND oid NOT IN (SELECT objid FROM brought)) AS routines`;
  if (!own) throw new Error('the database does not say what is in it');
  return own;
}

/** Each privilege that the process has with the tables that it is given on. */
function listGrants(process: keyof ProcessRoles): [privilege: string, tables: string][] {
  const rights = Object.entries(RIGHTS);
  const grants = Object.entries(WORDS).map(([letter, privilege]): [string, string[]] => [
    privilege,
    rights
      .filter(([, { [process]: own }]) => own.includes(letter))
      .map(([table]) => quote(columnOf(table))),
  ]);
  return grants
    .filter(([, on]) => on.length > 0)
    .map(([privilege, on]) => [privilege, on.join(', ')]);
}

const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
