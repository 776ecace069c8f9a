import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import postgres from 'postgres';
import { createChildPids } from '../../../dev/child-pids.ts';
import { createManagedProcess, type ManagedProcess } from '../../../dev/managed-process.ts';
import { freezeTree, listTree, signalIfAlive, thawTree } from '../../../dev/process-tree.ts';
import { adminUrl, answers, ensureData } from '../../../dev/services/postgres.ts';
import { findPostgresBinaries } from '../../../dev/services/postgres-binaries.ts';
import { makeServerFolder } from '../../support/services.ts';

/** A Postgres of the test's own, which it may stop, kill and freeze. */
export interface PostgresCluster {
  createDatabase(name: string): Promise<string>;
  /** As a crash does: no checkpoint, no goodbye to clients. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it from answering while its connections stay open. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  destroy(): Promise<void>;
}

export async function startPostgresCluster(): Promise<PostgresCluster> {
  const folder = await makeServerFolder();
  const dataDir = join(folder, 'postgres');
  const port = await freePort();
  const binaries = await findPostgresBinaries();
  const user = await ensureData(binaries, dataDir);
  const urlOf = (database: string): string => adminUrl({ dataDir, port }, database);
  const server = createPostgres(
    folder,
    port,
    { program: [...user.prefix, binaries.postgres], ...user.ids },
    urlOf('postgres'),
  );
  await server.start();

  const postmaster = async (): Promise<number> =>
    Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);
  let isRunning = true;
  const kill = async (): Promise<void> => {
    const all = await listTree(await postmaster());
    // An end that was asked for is no crash; what ends the cluster is the signal that cannot be
    // handled.
    const forgotten = server.stop();
    for (const pid of all) signalIfAlive(pid, 'SIGKILL');
    await forgotten;
    while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
    await rm(join(dataDir, 'postmaster.pid'), { force: true });
    isRunning = false;
  };

  return {
    async createDatabase(name) {
      const sql = postgres(urlOf('postgres'), { max: 1, onnotice: () => {} });
      await sql`CREATE DATABASE ${sql(name)}`;
      await sql.end();
      return urlOf(name);
    },
    kill,
    async start() {
      await server.start();
      isRunning = true;
    },
    freeze: async () => freezeTree(await postmaster()),
    thaw: async () => thawTree(await postmaster()),
    async destroy() {
      if (isRunning) await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createPostgres(
  folder: string,
  port: number,
  {
    program: [command = '', ...args],
    ...ids
  }: { program: readonly string[]; uid?: number; gid?: number },
  url: string,
): ManagedProcess {
  const pids = createChildPids(folder);
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'shared_buffers=32MB',
    'max_connections=50',
  ];
  return createManagedProcess({
    ...ids,
    name: 'postgres',
    command,
    args: [
      ...args,
      '-D',
      join(folder, 'postgres'),
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    logFile: join(folder, 'log'),
    onSpawn: (pid) => pids.record('postgres', pid),
    onGone: () => pids.forget('postgres'),
    stopSignal: 'SIGINT',
    isReady: () => answers(url),
  });
}

const isAlive = (pid: number): boolean => signalIfAlive(pid, 0);

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
