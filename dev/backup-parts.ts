import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { findChild } from './child-pids.ts';
import { copyTree } from './services/copy-tree.ts';
import { adminUrl } from './services/postgres.ts';
import { backUpPostgres, type Recovery, recoverFrom } from './services/postgres-backup.ts';

/** What keeps state that is nowhere else. Redis keeps none. */
export const BACKED_UP = ['postgres', 'temporal'] as const;
export type BackedUp = (typeof BACKED_UP)[number];

export interface Folders {
  stateDir: string;
  /** One for each backup. */
  backup: string;
}

const TEMPORAL_FILE = 'temporal.db';

/** Backs up a part while it runs. */
export async function backUp(
  part: BackedUp,
  { stateDir, backup }: Folders,
  ports: { postgres: number },
): Promise<void> {
  const [dataDir, target] = [join(stateDir, part), join(backup, part)];
  if (existsSync(target)) throw new Error(`${target} is there already: choose another folder`);
  mkdirSync(backup, { recursive: true, mode: 0o700 });
  if (part === 'postgres')
    return backUpPostgres(adminUrl({ dataDir, port: ports.postgres }, 'postgres'), dataDir, target);
  mkdirSync(target, { mode: 0o700 });
  // Temporal's schema has strings in double quotes.
  const database = new DatabaseSync(join(dataDir, TEMPORAL_FILE), {
    enableDoubleQuotedStringLiterals: true,
  });
  try {
    database.prepare('vacuum into ?').run(join(target, TEMPORAL_FILE));
  } finally {
    database.close();
  }
}

/**
 * Puts a backup in the place of a part's data. What was there is kept beside it, as
 * `<part>.before-restore`. Throws when the part runs, or there is no backup of it.
 */
export async function restore(
  part: BackedUp,
  { stateDir, backup }: Folders,
  recovery: Recovery | null,
): Promise<void> {
  const [dataDir, source] = [join(stateDir, part), join(backup, part)];
  if (!existsSync(source)) throw new Error(`${backup} holds no backup of ${part}`);
  const pid = findChild(stateDir, part);
  if (pid !== null) throw new Error(`${part} runs (pid ${pid}): stop it first`);
  const aside = `${dataDir}.before-restore`;
  rmSync(aside, { recursive: true, force: true });
  if (existsSync(dataDir)) renameSync(dataDir, aside);
  await copyTree(source, dataDir);
  if (part === 'postgres' && recovery !== null) recoverFrom(dataDir, recovery);
}
