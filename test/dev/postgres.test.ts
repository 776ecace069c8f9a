import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import { findFreePorts } from '../../dev/ports.ts';
import { processIdentity } from '../../dev/process-identity.ts';
import { resolvePostgres, startPostgres } from '../../dev/services/postgres.ts';
import { makeFolder } from './temporary-folder.ts';

async function startServer(folder: string) {
  const [port = 0] = await findFreePorts(1);
  const start = { dataDir: join(folder, 'postgres'), logFile: join(folder, 'postgres.log'), port };
  const server = await startPostgres(await resolvePostgres({}, () => {}), start);
  onTestFinished(() => server.service.stop());
  return server;
}

async function query<T>(url: string, run: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 });
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

it('keeps what was committed through a kill -9, and comes back by itself', async () => {
  const server = await startServer(makeFolder());
  await query(server.databaseUrl, (sql) => sql`CREATE TABLE kept AS SELECT 42 AS answer`);
  await server.service.kill('SIGKILL');
  await server.service.restart();
  expect(await query(server.databaseUrl, (sql) => sql`SELECT answer FROM kept`)).toEqual([{ answer: 42 }]);
});

it('starts although the pid in a left-over file belongs to a stranger', async () => {
  const folder = makeFolder();
  const server = await startServer(folder);
  await server.service.stop();
  writeFileSync(join(folder, 'postgres', 'postmaster.pid'), `${process.ppid}\n`);
  await server.service.start();
  expect(server.service.pid).toBeDefined();
});

it('shuts down the server that a killed supervisor left on the same data', async () => {
  const folder = makeFolder();
  const orphan = await startServer(folder);
  const pid = orphan.service.pid ?? 0;
  const server = await startServer(folder);
  expect(processIdentity(pid)).toBeNull();
  expect(await query(server.databaseUrl, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
});

it('does not wait for open connections when it stops', async () => {
  const server = await startServer(makeFolder());
  const sql = postgres(server.databaseUrl, { max: 1, onclose: () => {} });
  await sql`SELECT 1`;
  await server.service.stop();
  expect(server.service.pid).toBeUndefined();
  await sql.end({ timeout: 0 });
});

it('syncs every commit to disk', async () => {
  const server = await startServer(makeFolder());
  const [row] = await query(
    server.databaseUrl,
    (sql) => sql`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  );
  expect(row).toEqual({ fsync: 'on', commit: 'on' });
});
