import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../drizzle/migrate.ts';
import { createChildPids, stopOrphans } from './child-pids.ts';
import { findFreePorts } from './ports.ts';
import { isSameProcess, processIdentity } from './process-identity.ts';
import { ensureDatabase, resolvePostgres, startPostgres, withDatabase } from './services/postgres.ts';
import { resolveRedis, startRedis } from './services/redis.ts';
import type { Service } from './services/service.ts';
import { resolveTemporal, startTemporal } from './services/temporal.ts';
import { resolveTimeSkipping } from './services/time-skipping.ts';

const RUNS = join(import.meta.dirname, '..', '.hub', 'test');
const NAMESPACE = 'default';
const STACK_PREFIX = 'stack-';

/** What a test file can ask the run for. Each service is started at the first demand and lives until the run ends. */
export interface SharedServices {
  /** A new database on the run's Postgres, with the hub's schema or empty; its URL. */
  createDatabase(kind: 'migrated' | 'empty'): Promise<string>;
  /** The run's Redis, `null` when none can be had on this machine. */
  redis(): Promise<string | null>;
  temporal(): Promise<{ address: string; namespace: string }>;
  /** A new folder for a stack that a test starts; whatever still runs in it when the run ends, or was killed, is stopped. */
  stackFolder(): Promise<string>;
  /** The path of a time-skipping test server. */
  timeSkipping(): Promise<string>;
  stop(): Promise<void>;
}

/** The services of one test run, in a folder of their own, so that two runs in one checkout do not meet. */
export async function createSharedServices(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<SharedServices> {
  await clearDeadRuns(say);
  const stateDir = openRun();
  const pids = createChildPids(stateDir);
  const started: Service[] = [];
  const databases: string[] = [];
  const begin = async (name: string) => {
    const [port] = await findFreePorts(1);
    if (port === undefined) throw new Error('no free port');
    const watch = { onSpawn: (pid: number) => pids.record(name, pid), onGone: () => pids.forget(name) };
    return { ...watch, dataDir: join(stateDir, name), logFile: join(stateDir, 'logs', `${name}.log`), port };
  };
  const getServer = once(async () => {
    const server = await startPostgres(await resolvePostgres(env, say), await begin('postgres'));
    started.push(server.service);
    return server;
  });
  const create = async (template?: string): Promise<string> => {
    const { databaseUrl } = await getServer();
    const url = withDatabase(databaseUrl, `test_${randomBytes(6).toString('hex')}`);
    databases.push(url);
    await ensureDatabase(url, template);
    return url;
  };
  const getTemplate = once(async () => {
    const url = await create();
    await migrate(url);
    return new URL(url).pathname.slice(1);
  });
  return {
    createDatabase: async (kind) => create(kind === 'migrated' ? await getTemplate() : undefined),
    redis: once(async () => {
      const redis = await startRedis(await resolveRedis(env, say), await begin('redis'));
      if (redis) started.push(redis.service);
      return redis?.url ?? null;
    }),
    temporal: once(async () => {
      const start = { ...(await begin('temporal')), namespace: NAMESPACE, uiPort: null };
      const temporal = await startTemporal(await resolveTemporal(env, say), start);
      started.push(temporal.service);
      return { address: temporal.address, namespace: NAMESPACE };
    }),
    stackFolder: async () => mkdtempSync(join(stateDir, STACK_PREFIX)),
    timeSkipping: once(() => resolveTimeSkipping(env, say)),
    stop: async () => {
      if (env.DATABASE_URL) await dropDatabases(env.DATABASE_URL, databases);
      await Promise.all(started.map((service) => service.stop()));
      await clearRun(stateDir, say);
    },
  };
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
  for (const url of urls) await sql`DROP DATABASE IF EXISTS ${sql(new URL(url).pathname.slice(1))} WITH (FORCE)`;
  await sql.end();
}

function openRun(): string {
  const stateDir = join(RUNS, String(process.pid));
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(join(stateDir, 'owner'), processIdentity(process.pid) ?? '');
  return stateDir;
}

/** A run that was killed leaves its services and its folder behind; the next one clears both. */
export async function clearDeadRuns(say: (line: string) => void): Promise<void> {
  mkdirSync(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS)) {
    const stateDir = join(RUNS, name);
    if (isSameProcess(Number(name), readOwner(stateDir))) continue;
    await clearRun(stateDir, say);
  }
}

async function clearRun(stateDir: string, say: (line: string) => void): Promise<void> {
  const stacks = readdirSync(stateDir).filter((name) => name.startsWith(STACK_PREFIX));
  await Promise.all([stateDir, ...stacks.map((name) => join(stateDir, name))].map((folder) => stopOrphans(folder, say)));
  rmSync(stateDir, { recursive: true, force: true });
}

function readOwner(stateDir: string): string {
  try {
    return readFileSync(join(stateDir, 'owner'), 'utf8');
  } catch {
    return '';
  }
}
