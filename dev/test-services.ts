import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { readProfile } from '../contracts/deployment-profile.ts';
import { migrate } from '../drizzle/migrate.ts';
import { createChildPids, stopOrphans } from './child-pids.ts';
import { findFreePorts } from './ports.ts';
import { prepareDatabase } from './prepare-database.ts';
import { isSameProcess, processIdentity } from './process-identity.ts';
import {
  ensureData,
  ensureDatabase,
  resolvePostgres,
  startPostgres,
  withDatabase,
} from './services/postgres.ts';
import { findPostgresBinaries } from './services/postgres-binaries.ts';
import { resolveRedis, startRedis } from './services/redis.ts';
import type { Service } from './services/service.ts';
import { resolveTemporal, startTemporal } from './services/temporal.ts';
import { resolveTimeSkipping, startTimeSkipping } from './services/time-skipping.ts';
import { openStateFolder } from './state-folder.ts';

const RUNS = join(import.meta.dirname, '..', '.hub', 'test');
const NAMESPACE = 'default';
const STACK_PREFIX = 'stack-';
/**
 * The run's Temporal suggests early, so that a test needs no thousands of events; an external one by
 * the server's default.
 */
const SUGGESTED_EVENTS = { own: 512, external: 4_096 };

/**
 * What is in a stack's folder: nothing, the data of a new database server, or of one that is
 * migrated and has the demo users.
 */
export type FolderKind = 'empty' | 'server' | 'prepared';

/**
 * What a test file can ask the run for. Each service is started at the first demand and lives until
 * the run ends.
 */
export interface SharedServices {
  /** A new database on the run's Postgres, with the hub's schema or empty; its URL. */
  createDatabase(kind: 'migrated' | 'empty'): Promise<string>;
  /** The run's Redis, `null` when none can be had on this machine. */
  redis(): Promise<string | null>;
  /** `suggestedEvents`: from so many on it suggests to continue as new. */
  temporal(): Promise<{ address: string; namespace: string; suggestedEvents: number }>;
  /**
   * A new folder for a stack that a test starts; whatever still runs in it when the run ends, or
   * was killed, is stopped. What else is in it takes no time to copy.
   */
  stackFolder(kind: FolderKind): Promise<string>;
  /** The port of a new time-skipping server with our search attributes. */
  startTimeSkipping(): Promise<number>;
  stopTimeSkipping(port: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The services of one test run, in a folder of their own, so that two runs in one checkout do not
 * meet.
 */
export async function createSharedServices(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<SharedServices> {
  await clearDeadRuns(say);
  const stateDir = openRun();
  const started: Service[] = [];
  const databases: string[] = [];
  const timeSkipping = new Map<number, Service>();
  const findFreePort = async (): Promise<number> => {
    const [port] = await findFreePorts(1);
    if (port === undefined) throw new Error('no free port');
    return port;
  };
  const begin = async (name: string, folder = stateDir, givenPort?: number) => {
    const port = givenPort ?? (await findFreePort());
    const pids = createChildPids(folder);
    return {
      onSpawn: (pid: number) => pids.record(name, pid),
      onGone: () => pids.forget(name),
      dataDir: join(folder, name),
      logFile: join(folder, 'logs', `${name}.log`),
      port,
    };
  };
  const makeFolder = () => mkdtempSync(join(stateDir, STACK_PREFIX));
  /** initdb takes seconds and always makes the same: it runs once. */
  const getBlank = once(async () => {
    const folder = makeFolder();
    openStateFolder(folder);
    await ensureData(await findPostgresBinaries(), join(folder, 'postgres'));
    return folder;
  });
  const getServer = once(async () => {
    const source = await resolvePostgres(env, say);
    if (source.kind === 'embedded') await copyServer(await getBlank(), stateDir);
    const server = await startPostgres(source, await begin('postgres'));
    started.push(server.service);
    return server;
  });
  const create = async (template?: string): Promise<string> => {
    const { databases: urls } = await getServer();
    const url = withDatabase(urls.admin, `test_${randomBytes(6).toString('hex')}`);
    databases.push(url);
    await ensureDatabase(url, template);
    return url;
  };
  const getTemplate = once(async () => {
    const url = await create();
    await migrate(url);
    return new URL(url).pathname.slice(1);
  });
  const getPrepared = once(async () => {
    const folder = makeFolder();
    openStateFolder(folder);
    const source = await resolvePostgres(env, say);
    if (source.kind === 'embedded') await copyServer(await getBlank(), folder);
    const { service, databases } = await startPostgres(source, await begin('postgres', folder));
    try {
      await prepareDatabase(databases, { seed: readProfile(env), say: () => {} });
    } finally {
      await service.stop();
    }
    return folder;
  });
  return {
    createDatabase: async (kind) => create(kind === 'migrated' ? await getTemplate() : undefined),
    redis: once(async () => {
      const redis = await startRedis(await resolveRedis(env, say), await begin('redis'));
      if (redis) started.push(redis.service);
      return redis?.url ?? null;
    }),
    temporal: once(async () => {
      const source = await resolveTemporal(env, say);
      const suggestedEvents = SUGGESTED_EVENTS[source.kind === 'external' ? 'external' : 'own'];
      const { service, address } = await startTemporal(source, {
        ...(await begin('temporal')),
        namespace: NAMESPACE,
        uiPort: null,
        suggestedEventsMax: suggestedEvents,
      });
      started.push(service);
      return { address, namespace: NAMESPACE, suggestedEvents };
    }),
    async stackFolder(kind) {
      const folder = makeFolder();
      if (kind === 'prepared') await copyServer(await getPrepared(), folder);
      if (kind === 'server') await copyServer(await getBlank(), folder);
      return folder;
    },
    async startTimeSkipping() {
      const executable = await resolveTimeSkipping(env, say);
      const port = await findFreePort();
      const start = await begin(`time-skipping-${port}`, stateDir, port);
      timeSkipping.set(port, await startTimeSkipping(executable, start));
      return port;
    },
    stopTimeSkipping: async (port) => timeSkipping.get(port)?.stop(),
    stop: async () => {
      if (env.DATABASE_URL) await dropDatabases(env.DATABASE_URL, databases);
      await Promise.all([...started, ...timeSkipping.values()].map((service) => service.stop()));
      await clearRun(stateDir, say);
    },
  };
}

/** The data keep their owner, who is not the caller when that is root. */
async function copyServer(from: string, to: string): Promise<void> {
  const parts = ['postgres', 'passwords'].map((name) => join(from, name));
  await promisify(execFile)('cp', ['-a', ...parts, to]);
}

function once<T>(start: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= start();
    return result;
  };
}

/** A server of somebody else's keeps none of our databases. */
async function dropDatabases(serverUrl: string, urls: readonly string[]): Promise<void> {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => {} });
  for (const url of urls)
    await sql`DROP DATABASE IF EXISTS ${sql(new URL(url).pathname.slice(1))} WITH (FORCE)`;
  await sql.end();
}

function openRun(): string {
  const stateDir = join(RUNS, String(process.pid));
  openStateFolder(stateDir);
  writeFileSync(join(stateDir, 'owner'), processIdentity(process.pid) ?? '');
  return stateDir;
}

/** A run that was killed leaves its services and its folder behind; the next one clears both. */
export async function clearDeadRuns(say: (line: string) => void): Promise<void> {
  mkdirSync(RUNS, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(RUNS)) {
    const stateDir = join(RUNS, name);
    if (isSameProcess(Number(name), readOwner(stateDir))) continue;
    await clearRun(stateDir, say);
  }
}

async function clearRun(stateDir: string, say: (line: string) => void): Promise<void> {
  const stacks = readdirSync(stateDir).filter((name) => name.startsWith(STACK_PREFIX));
  await Promise.all(
    [stateDir, ...stacks.map((name) => join(stateDir, name))].map((folder) =>
      stopOrphans(folder, say),
    ),
  );
  rmSync(stateDir, { recursive: true, force: true });
}

function readOwner(stateDir: string): string {
  try {
    return readFileSync(join(stateDir, 'owner'), 'utf8');
  } catch {
    return '';
  }
}
