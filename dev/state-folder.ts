import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** What files and folders of ours are made with: nothing for the group, nothing for others. */
const PRIVATE_UMASK = 0o077;

/**
 * Databases and tools: they keep their own modes, and the state folder keeps strangers out of both.
 */
const LEFT_ALONE = ['postgres', 'postgres.unfinished', 'cache', 'test'];

/** Where `npm start` keeps its state: HUB_STATE_DIR, else `.hub` beside package.json. */
export const stateFolderOf = (env: NodeJS.ProcessEnv): string =>
  resolve(ROOT, env.HUB_STATE_DIR || '.hub');

/**
 * Makes the state folder, or takes from what an earlier version left in it all that others may do.
 * The group of the folder may pass through: as root it is that of the database server.
 */
export function openStateFolder(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  takeFromOthers(stateDir, userInfo().uid === 0 ? 0o710 : 0o700);
  for (const name of readdirSync(stateDir).filter((entry) => !LEFT_ALONE.includes(entry)))
    closeToOthers(join(stateDir, name));
}

/**
 * Runs what makes files, or starts a process that does, with a umask that leaves others nothing.
 * Must not wait inside.
 */
export function asPrivate<T>(work: () => T): T {
  const before = process.umask(PRIVATE_UMASK);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

function closeToOthers(path: string): void {
  takeFromOthers(path, 0o700);
  if (lstatSync(path).isDirectory())
    for (const name of readdirSync(path)) closeToOthers(join(path, name));
}

/** A file of somebody else's is not ours to change. */
function takeFromOthers(path: string, allowed: number): void {
  const { mode, uid } = lstatSync(path);
  const isOurs = uid === userInfo().uid && !lstatSync(path).isSymbolicLink();
  if (isOurs && (mode & 0o777 & ~allowed) !== 0) chmodSync(path, mode & 0o777 & allowed);
}
