import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backUp, restore } from '../../dev/backup-parts.ts';
import { createChildPids } from '../../dev/child-pids.ts';
import { findFreePorts } from '../../dev/ports.ts';
import { resolvePostgres, startPostgres } from '../../dev/services/postgres.ts';
import type { Service } from '../../dev/services/service.ts';
import { makeServerFolder } from '../support/services.ts';

let stateDir: string;
let port: number;
let url: string;
let service: Service;

const archive = () => join(stateDir, 'wal');
const folders = () => ({ stateDir, backup: join(stateDir, 'backup') });

async function start(): Promise<void> {
  const source = await resolvePostgres({ POSTGRES_WAL_ARCHIVE: archive() }, () => {});
  const pids = createChildPids(stateDir);
  const started = await startPostgres(source, {
    dataDir: join(stateDir, 'postgres'),
    logFile: join(stateDir, 'logs', 'postgres.log'),
    port,
    onSpawn: (pid) => pids.record('postgres', pid),
    onGone: () => pids.forget('postgres'),
  });
  service = started.service;
  url = started.databases.admin;
}

beforeEach(async () => {
  stateDir = await makeServerFolder();
  [port = 0] = await findFreePorts(1);
  await start();
  await query((sql) => sql`create table notes (id int primary key)`);
});
afterEach(() => service.stop());

async function query<T>(run: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

const note = (id: number) => query((sql) => sql`insert into notes values (${id})`);
const notes = () =>
  query(async (sql) => (await sql`select id from notes order by id`).map(({ id }) => id as number));

/** Ends the log's current file, and waits until it is archived. */
async function archiveAll(): Promise<void> {
  const file = await query(async (sql) => {
    const [row] = await sql`select pg_walfile_name(pg_switch_wal()) as file`;
    return String(row?.file);
  });
  await expect.poll(() => readdirSync(archive()), { timeout: 30_000 }).toContain(file);
}

it('brings back what was committed before the backup, from under a load', async () => {
  await note(1);
  let isOver = false;
  const load = async () => {
    for (let id = 1_000; !isOver; id += 1) await note(id);
  };
  const loaded = load();
  await backUp('postgres', folders(), { postgres: port });
  isOver = true;
  await loaded;
  await note(2);
  await service.kill('SIGKILL');
  await restore('postgres', folders(), null);
  await start();
  const found = await notes();
  expect(found[0]).toBe(1);
  expect(found).not.toContain(2);
  // Whole: of what came meanwhile, all up to some moment.
  const meanwhile = found.filter((id) => id >= 1_000);
  expect(meanwhile).toEqual(meanwhile.map((_, index) => 1_000 + index));
  expect(existsSync(join(stateDir, 'postgres.before-restore'))).toBe(true);
});

it('goes on from a backup to any moment that the archived log knows', async () => {
  await note(1);
  await backUp('postgres', folders(), { postgres: port });
  await note(2);
  await sleep(50);
  const until = await query(async (sql) => {
    const [row] = await sql<{ now: string }[]>`select clock_timestamp()::text as now`;
    return row?.now ?? '';
  });
  await sleep(50);
  await note(3);
  await archiveAll();
  await service.kill('SIGKILL');
  await restore('postgres', folders(), { walArchive: archive(), until });
  await start();
  await expect.poll(notes, { timeout: 30_000 }).toEqual([1, 2]);
  await note(4);
  expect(await notes()).toEqual([1, 2, 4]);
  await archiveAll();
});

it('touches no data that a server runs on, and overwrites no backup', async () => {
  await backUp('postgres', folders(), { postgres: port });
  await expect(restore('postgres', folders(), null)).rejects.toThrow(/runs \(pid \d+\)/);
  await expect(backUp('postgres', folders(), { postgres: port })).rejects.toThrow(/there already/);
  await expect(restore('temporal', folders(), null)).rejects.toThrow('no backup of temporal');
  await note(1);
  expect(await notes()).toEqual([1]);
});
