import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { findOnPath } from './cache-folders.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { runTool } from './run-tool.ts';

/** As whom the server runs: PostgreSQL refuses to run as root. */
export interface PostgresUser {
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Who owns the data folder when that is not the caller. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** A program and arguments to run the server through; empty when it is run directly. */
  readonly prefix: readonly string[];
}

/**
 * Anybody but root runs the server as themselves. Root runs it as the system user `postgres`, who is created when missing. When that
 * user cannot pass through a folder above the data (a checkout in /root, say), `setpriv` lends the server that one capability.
 */
export async function findPostgresUser(dataDir: string, binaries: PostgresBinaries): Promise<PostgresUser> {
  if (userInfo().uid !== 0) return { ids: {}, owner: null, prefix: [] };
  const ids = readIds() ?? createUser();
  if ([dirname(dataDir), dirname(binaries.postgres)].every(isPassable)) return { ids, owner: ids, prefix: [] };
  const setpriv = findOnPath('setpriv', process.env.PATH);
  if (!setpriv) {
    throw new Error(`Postgres cannot run as root, and the user postgres cannot enter ${dataDir}: move the checkout or set DATABASE_URL.`);
  }
  const capability = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  return {
    ids: {},
    owner: ids,
    prefix: [setpriv, '--reuid', String(ids.uid), '--regid', String(ids.gid), '--clear-groups', ...capability],
  };
}

/** Makes the data folder with initdb unless it is there. An interrupted initdb leaves nothing that a later start would trust. */
export async function createCluster(binaries: PostgresBinaries, user: PostgresUser, dataDir: string): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;
  const unfinished = `${dataDir}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(unfinished), { recursive: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const passwordFile = join(unfinished, '..', `postgres-password-${process.pid}`);
  writeFileSync(passwordFile, 'postgres\n', { mode: 0o600 });
  if (user.owner) for (const path of [unfinished, passwordFile]) chownSync(path, user.owner.uid, user.owner.gid);
  const initdb = ['--pgdata', unfinished, '--username', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
  const locale = ['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'];
  const [command = binaries.initdb, ...prefix] = [...user.prefix, binaries.initdb];
  try {
    await runTool({
      command,
      args: [...prefix, ...initdb, ...locale],
      ...user.ids,
      timeoutMs: 120_000,
      doing: 'Postgres: initdb',
      say: () => {},
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new Error(`${dataDir} holds files but no PostgreSQL data: move them away or run npm start -- --fresh.`);
  }
  rmSync(dataDir, { recursive: true, force: true });
  renameSync(unfinished, dataDir);
}

function readIds(): { uid: number; gid: number } | null {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

function createUser(): { uid: number; gid: number } {
  try {
    execFileSync('groupadd', ['--system', '--force', 'postgres'], { stdio: 'ignore' });
    execFileSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres'], { stdio: 'ignore' });
  } catch (error) {
    throw new Error('Postgres cannot run as root and the user postgres cannot be created: create it or set DATABASE_URL.', {
      cause: error,
    });
  }
  const ids = readIds();
  if (!ids) throw new Error('the user postgres was created and cannot be found');
  return ids;
}

function isPassable(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(path) && (statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
