import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { makeSecret } from '../secrets.ts';
import { systemEnv } from '../system-env.ts';
import { findOnPath } from './cache-folders.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { runTool } from './run-tool.ts';

/** Bits of the capability sets, from linux/capability.h. */
const CAP_DAC_OVERRIDE = 1;
const CAP_DAC_READ_SEARCH = 2;

/** As whom the server runs: PostgreSQL refuses to run as root. */
export interface PostgresUser {
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Who owns the data folder when that is not the caller. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** A program and arguments to run the server through; empty when it is run directly. */
  readonly prefix: readonly string[];
}

/**
 * Anybody but root runs the server as themselves. Root runs it as the system user `postgres`, who
 * is created when missing. When that user cannot pass through a folder above the data or the
 * programs (a checkout in /root, say), `setpriv` lends the server one capability.
 */
export async function findPostgresUser(
  dataDir: string,
  binaries: PostgresBinaries,
): Promise<PostgresUser> {
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 });
  if (userInfo().uid !== 0) return { ids: {}, owner: null, prefix: [] };
  const ids = readIds() ?? createUser();
  openTo(ids, dirname(dataDir));
  const isOpen = [dirname(dataDir), dirname(binaries.postgres)].every((folder) =>
    isPassable(folder, ids.gid),
  );
  if (isOpen) return { ids, owner: ids, prefix: [] };
  const setpriv = findOnPath('setpriv', process.env.PATH);
  const capability = setpriv ? findCapability() : null;
  if (!setpriv || !capability) {
    throw new Error(
      `Postgres cannot run as root, and the user postgres cannot enter ${dataDir}: ` +
        'install setpriv (util-linux), move the checkout to a folder that all may enter, or set DATABASE_URL.',
    );
  }
  return { ids: {}, owner: ids, prefix: [setpriv, ...lendCapability(capability, ids)] };
}

/**
 * `access()`, with which initdb and the server look for their programs, asks with the capabilities
 * of the real user; it drops them for anybody but root unless `no_setuid_fixup` is set
 * (credentials(7)).
 */
function lendCapability(capability: string, ids: { uid: number; gid: number }): string[] {
  return [
    ...['--reuid', String(ids.uid), '--regid', String(ids.gid), '--clear-groups', '--no-new-privs'],
    ...['--securebits', '+no_setuid_fixup'],
    ...['--inh-caps', `+${capability}`, '--ambient-caps', `+${capability}`],
  ];
}

/**
 * Passing and reading is all the server needs. Containers seldom have the capability for just that.
 */
function findCapability(): 'dac_read_search' | 'dac_override' | null {
  const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const has = (bit: number) => ((BigInt(`0x${effective ?? '0'}`) >> BigInt(bit)) & 1n) === 1n;
  if (has(CAP_DAC_READ_SEARCH)) return 'dac_read_search';
  return has(CAP_DAC_OVERRIDE) ? 'dac_override' : null;
}

/** Lets the server pass through a state folder of root's, and nobody else: by its group. */
function openTo(ids: { gid: number }, folder: string): void {
  if (statSync(folder).uid !== 0) return;
  chownSync(folder, 0, ids.gid);
  chmodSync(folder, 0o710);
}

/**
 * Makes the data folder with initdb. An interrupted initdb leaves nothing that a later start would
 * trust.
 */
export async function createCluster(
  binaries: PostgresBinaries,
  user: PostgresUser,
  dataDir: string,
  password: string,
): Promise<void> {
  const unfinished = `${dataDir}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const passwordFile = join(unfinished, '..', `postgres-password-${process.pid}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.owner)
    for (const path of [unfinished, passwordFile]) chownSync(path, user.owner.uid, user.owner.gid);
  const initdb = [
    '--pgdata',
    unfinished,
    '--username',
    'postgres',
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
  ];
  const locale = [
    '--encoding',
    'UTF8',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    '--locale',
    'C',
  ];
  try {
    await runAs(user, [binaries.initdb, ...initdb, ...locale], 'Postgres: initdb');
  } finally {
    rmSync(passwordFile, { force: true });
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new Error(
      `${dataDir} holds files but no PostgreSQL data: move them away or run npm start -- --fresh.`,
    );
  }
  rmSync(dataDir, { recursive: true, force: true });
  renameSync(unfinished, dataDir);
}

/**
 * Gives the superuser of data whose password nobody kept (an older version's, or one whose file is
 * gone) a new one, with no server running: single-user mode asks for none. The file is written
 * last.
 */
export async function setPasswordOffline(
  binaries: PostgresBinaries,
  user: PostgresUser,
  dataDir: string,
  file: string,
): Promise<void> {
  const password = makeSecret();
  const input = `ALTER ROLE postgres PASSWORD '${password}'\n`;
  await runAs(
    user,
    [binaries.postgres, '--single', '-D', dataDir, '-c', 'exit_on_error=on', 'postgres'],
    'Postgres: a new password',
    input,
  );
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, password, { mode: 0o600 });
}

async function runAs(
  user: PostgresUser,
  program: readonly string[],
  doing: string,
  input = '',
): Promise<void> {
  const [command = '', ...args] = [...user.prefix, ...program];
  await runTool({
    command,
    args,
    env: systemEnv(process.env),
    ...user.ids,
    input,
    timeoutMs: 120_000,
    doing,
    say: () => {},
  });
}

function readIds(): { uid: number; gid: number } | null {
  try {
    const id = (flag: string) =>
      Number(
        execFileSync('id', [flag, 'postgres'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      );
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

function createUser(): { uid: number; gid: number } {
  try {
    execFileSync('groupadd', ['--system', '--force', 'postgres'], { stdio: 'ignore' });
    execFileSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres'], {
      stdio: 'ignore',
    });
  } catch (error) {
    throw new Error(
      'Postgres cannot run as root and the user postgres cannot be created: create it or set DATABASE_URL.',
      {
        cause: error,
      },
    );
  }
  const ids = readIds();
  if (!ids) throw new Error('the user postgres was created and cannot be found');
  return ids;
}

function isPassable(folder: string, gid: number): boolean {
  for (let path = folder; ; path = dirname(path)) {
    const { mode, gid: group } = statSync(path);
    if ((mode & (group === gid ? 0o010 : 0o001)) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
