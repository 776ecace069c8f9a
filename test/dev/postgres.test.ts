import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts } from '../../dev/ports.ts';
import { processIdentity } from '../../dev/process-identity.ts';
import {
  type PostgresService,
  resolvePostgres,
  startPostgres,
} from '../../dev/services/postgres.ts';
import { makeServerFolder } from '../support/services.ts';

let folder: string;
let server: PostgresService;

async function startServer(): Promise<PostgresService> {
  const [port = 0] = await findFreePorts(1);
  return startPostgres(await resolvePostgres({}, () => {}), {
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'logs', 'postgres.log'),
    port,
  });
}

async function query<T>(run: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(server.databases.admin, { max: 1 });
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

describe('a server on the same data, time and again,', () => {
  beforeAll(async () => {
    folder = await makeServerFolder();
    server = await startServer();
  });
  afterAll(() => server.service.stop());

  it('syncs every commit to disk', async () => {
    const [row] = await query(
      (sql) =>
        sql`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
    );
    expect(row).toEqual({ fsync: 'on', commit: 'on' });
  });

  it('keeps what was committed through a kill -9, and comes back by itself', async () => {
    await query((sql) => sql`CREATE TABLE kept AS SELECT 42 AS answer`);
    await server.service.kill('SIGKILL');
    await server.service.restart();
    expect(await query((sql) => sql`SELECT answer FROM kept`)).toEqual([{ answer: 42 }]);
  });

  it('shuts down the one that a killed supervisor left', async () => {
    const pid = server.service.pid ?? 0;
    server = await startServer();
    expect(processIdentity(pid)).toBeNull();
    expect(await query((sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });

  it('does not wait for open connections when it stops', async () => {
    const sql = postgres(server.databases.admin, { max: 1, onclose: () => {} });
    await sql`SELECT 1`;
    await server.service.stop();
    expect(server.service.pid).toBeUndefined();
    await sql.end({ timeout: 0 });
  });

  it('starts although the pid in a left-over file belongs to a stranger', async () => {
    writeFileSync(join(folder, 'postgres', 'postmaster.pid'), `${process.ppid}\n`);
    await server.service.start();
    expect(server.service.pid).toBeDefined();
  });
});
