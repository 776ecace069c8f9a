import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BACKED_UP, type BackedUp, restore } from './backup-parts.ts';
import { stateFolderOf } from './state-folder.ts';

const USAGE =
  'npm run restore -- <folder> [--only postgres|temporal] [--wal <folder> [--until <time>]]';

const isBackedUp = (name: string): name is BackedUp => BACKED_UP.some((part) => part === name);

/** `npm run restore -- <folder>`: what `npm run backup` made, while nothing runs. */
try {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { only: text, wal: text, until: text },
  });
  const [folder] = positionals;
  const parts = values.only === undefined ? BACKED_UP : [values.only].filter(isBackedUp);
  if (folder === undefined || positionals.length > 1 || parts.length === 0) throw new Error(USAGE);
  const stateDir = stateFolderOf(process.env);
  const recovery =
    values.wal === undefined
      ? null
      : { walArchive: resolve(values.wal), until: values.until ?? null };
  for (const part of parts) {
    await restore(part, { stateDir, backup: resolve(folder) }, recovery);
    console.log(`${part} is restored; what was there is in ${join(stateDir, part)}.before-restore`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
