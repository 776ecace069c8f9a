import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BACKED_UP, backUp } from './backup-parts.ts';
import { devPorts } from './ports.ts';
import { stateFolderOf } from './state-folder.ts';

/** `npm run backup -- <folder>`: Postgres and Temporal of `npm start`, while they run. */
try {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1)
    throw new Error('Say into which folder: npm run backup -- <folder>');
  const stateDir = stateFolderOf(process.env);
  for (const part of BACKED_UP) {
    await backUp(part, { stateDir, backup: resolve(folder) }, devPorts(process.env));
    console.log(`${part} is backed up into ${join(folder, part)}`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
