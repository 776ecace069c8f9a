import { accessSync, constants, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const PROJECT_CACHE = join(import.meta.dirname, '..', '..', '.hub', 'cache');

/** Tools that were fetched or built once: the checkout's own, which `--fresh` leaves alone. */
export const projectCacheFile = (...path: string[]): string => join(PROJECT_CACHE, ...path);

/**
 * The same tools, shared by all checkouts of one user, so that a second clone builds nothing again.
 */
export const sharedCacheFile = (...path: string[]): string =>
  join(homedir(), '.cache', 'hub-investments', ...path);

/** The first place that has the file: the project's cache, then the user's. */
export function findInCaches(...path: string[]): string | null {
  return (
    [projectCacheFile(...path), sharedCacheFile(...path)].find((file) => existsSync(file)) ?? null
  );
}

/** Where a program is on PATH, outside of node_modules; `null` when it is not. */
export function findOnPath(program: string, path: string | undefined): string | null {
  const folders = (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

/**
 * Copies a tool to the user's shared cache by rename, so that a half-written file is never found.
 * Errors are the caller's to report.
 */
export function shareTool(file: string, ...path: string[]): void {
  const target = sharedCacheFile(...path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, `${target}.${process.pid}`);
  renameSync(`${target}.${process.pid}`, target);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
