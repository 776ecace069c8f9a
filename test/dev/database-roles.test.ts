import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts } from '../../dev/ports.ts';
import { prepareDatabase } from '../../dev/prepare-database.ts';
import {
  type PostgresService,
  resolvePostgres,
  startPostgres,
  withDatabase,
} from '../../dev/services/postgres.ts';
import { migrateVenueDatabase } from '../../paper-broker/migrate.ts';
import { makePreparedStackFolder } from '../support/services.ts';

/** insufficient_privilege: Appendix A of the PostgreSQL manual. */
const DENIED = { code: '42501' };
const ACCOUNT = '01900000-0000-7000-8000-00000000000a';

let server: PostgresService;
const opened: postgres.Sql[] = [];

function open(url: string): postgres.Sql {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  opened.push(sql);
  return sql;
}

const say = () => {};

beforeAll(async () => {
  const folder = await makePreparedStackFolder();
  const [port = 0] = await findFreePorts(1);
  const start = {
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'logs', 'postgres.log'),
    port,
  };
  server = await startPostgres(await resolvePostgres({}, () => {}), start);
  await prepareDatabase(server.databases, { seed: 'dev', say });
  await migrateVenueDatabase(open(server.databases.paperBroker));
});
afterAll(async () => {
  await Promise.all(opened.map((sql) => sql.end({ timeout: 1 })));
  await server.service.stop();
});

describe.each(['api', 'workers'] as const)('the role of the %s', (process) => {
  const enter = () => open(server.databases[process]);

  it('is no superuser and can give itself no right', async () => {
    const sql = enter();
    const [role] =
      await sql`SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user`;
    expect(role).toEqual({
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolbypassrls: false,
    });
    await expect(sql`SET ROLE hub_owner`).rejects.toMatchObject(DENIED);
    await expect(sql`SELECT pg_read_file('PG_VERSION')`).rejects.toMatchObject(DENIED);
  });

  it('cannot change the schema', async () => {
    const sql = enter();
    await expect(sql`CREATE TABLE stray (id int)`).rejects.toMatchObject(DENIED);
    await expect(sql`CREATE TEMP TABLE stray (id int)`).rejects.toMatchObject(DENIED);
    await expect(sql`CREATE SCHEMA stray`).rejects.toMatchObject(DENIED);
    await expect(sql`DROP TABLE ledger_transfers`).rejects.toMatchObject(DENIED);
    await expect(sql`ALTER TABLE ledger_transfers DISABLE TRIGGER ALL`).rejects.toMatchObject(
      DENIED,
    );
    await expect(
      sql`CREATE OR REPLACE FUNCTION reject_change() RETURNS trigger LANGUAGE sql AS ''`,
    ).rejects.toThrow();
  });

  it.each(['ledger_transfers', 'audit_events', 'executions'])(
    'changes and removes nothing in %s',
    async (table) => {
      const sql = enter();
      expect(await sql`SELECT count(*) FROM ${sql(table)}`).toHaveLength(1);
      await expect(sql`DELETE FROM ${sql(table)}`).rejects.toMatchObject(DENIED);
      await expect(sql`UPDATE ${sql(table)} SET account_id = account_id`).rejects.toMatchObject(
        DENIED,
      );
      await expect(sql`TRUNCATE ${sql(table)}`).rejects.toMatchObject(DENIED);
    },
  );

  it("sees neither the venue's database nor the server's own", async () => {
    for (const database of ['paper_broker', 'postgres', 'template1']) {
      await expect(
        open(withDatabase(server.databases[process], database))`SELECT 1`,
      ).rejects.toMatchObject(DENIED);
    }
  });
});

it('keeps customers, their passwords and sessions from the workers', async () => {
  const sql = open(server.databases.workers);
  for (const table of ['users', 'refresh_tokens', 'watchlist_items']) {
    await expect(sql`SELECT 1 FROM ${sql(table)}`).rejects.toMatchObject(DENIED);
  }
});

it("keeps the hub's database from the venue, which owns its own", async () => {
  await expect(
    open(withDatabase(server.databases.paperBroker, 'hub'))`SELECT 1`,
  ).rejects.toMatchObject(DENIED);
  const [venue] = await open(
    server.databases.paperBroker,
  )`SELECT tableowner FROM pg_tables WHERE tablename = 'venue'`;
  expect(venue).toEqual({ tableowner: 'paper_broker' });
});

it('takes back what was given by hand, and covers tables of later migrations, with the next start', async () => {
  const admin = open(server.databases.admin);
  await admin`GRANT DELETE ON ledger_transfers TO hub_api`;
  await open(server.databases.migrations)`CREATE TABLE later (id int)`;
  await admin`GRANT SELECT ON later TO hub_workers`;
  await prepareDatabase(server.databases, { seed: null, say });
  const granted = await admin`
    SELECT table_name, grantee FROM information_schema.role_table_grants
    WHERE (table_name = 'ledger_transfers' AND privilege_type = 'DELETE' OR table_name = 'later') AND grantee LIKE 'hub_%' AND grantee <> 'hub_owner'`;
  expect(granted).toEqual([]);
  await admin`DROP TABLE later`;
});

it('leaves one user for everything as it is', async () => {
  const { admin } = server.databases;
  await prepareDatabase({ migrations: admin, api: admin, workers: admin }, { seed: null, say });
  const [account] = await open(admin)`SELECT buying_power FROM accounts WHERE id = ${ACCOUNT}`;
  expect(account).toEqual({ buying_power: '100000.00' });
});
