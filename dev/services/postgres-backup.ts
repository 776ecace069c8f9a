import { appendFileSync, chownSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { copyTree } from './copy-tree.ts';

/** How far a restored server goes on from its backup. */
export interface Recovery {
  /** The folder into which the server has archived its log. */
  walArchive: string;
  /** RFC 3339; null: as far as the archive goes. */
  until: string | null;
}

/**
 * Copies the data folder of a running server, whole and at one moment, by the server's own low-level
 * calls: `pg_basebackup` does the same, and is not among npm's programs. The log that was written
 * meanwhile is copied last: the copy starts without an archive, too.
 */
export async function backUpPostgres(
  adminUrl: string,
  dataDir: string,
  target: string,
): Promise<void> {
  // One connection: the backup ends with it.
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_backup_start('npm run backup', fast => true)`;
    await copyTree(dataDir, target);
    const [label] = await sql<
      { labelfile: string }[]
    >`select labelfile from pg_backup_stop(wait_for_archive => false)`;
    await copyTree(join(dataDir, 'pg_wal'), join(target, 'pg_wal'));
    for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(join(target, name), REMOVED);
    writeAs(target, 'backup_label', label?.labelfile ?? '');
  } finally {
    await sql.end();
  }
}

/** Whether a server that is started on the data folder goes on with what was archived. */
export const isRecovering = (dataDir: string): boolean => existsSync(join(dataDir, SIGNAL));

/** Tells a restored data folder, on which no server runs, to go on with what was archived. */
export function recoverFrom(dataDir: string, { walArchive, until }: Recovery): void {
  writeAs(dataDir, SIGNAL, '');
  appendFileSync(
    join(dataDir, 'postgresql.auto.conf'),
    [
      `restore_command = 'cp "${walArchive}/%f" "%p"'`,
      ...(until === null ? [] : [`recovery_target_time = '${until}'`]),
      `recovery_target_action = 'promote'`,
      // Nobody is let in before it can be written to.
      'hot_standby = off',
      '',
    ].join('\n'),
  );
}

/**
 * What makes a server archive its log: each file when it is full, and once a minute. A restored one
 * archives files again that are there; one that differs must not be overwritten.
 */
export const archiveSettings = (walArchive: string): string[] => [
  'archive_mode=on',
  'archive_timeout=60',
  `archive_command=cmp -s "%p" "${walArchive}/%f" || (test ! -f "${walArchive}/%f" && cp "%p" "${walArchive}/%f")`,
];

const SIGNAL = 'recovery.signal';
const REMOVED = { force: true };

/** Belongs to whom the folder belongs: the server reads it. */
function writeAs(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  const { uid, gid } = statSync(folder);
  writeFileSync(file, text, { mode: 0o600 });
  chownSync(file, uid, gid);
}
