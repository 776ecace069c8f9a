import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stopOrphans } from '../dev/child-pids.ts';
import { isSameProcess, processIdentity } from '../dev/process-identity.ts';

const RUNS = join(import.meta.dirname, '..', '.hub', 'bench');

/**
 * A new state folder for this run, on the disk that `npm start` uses: in a memory file system a
 * commit would cost nothing. What runs that were killed left behind is stopped and removed first.
 */
export async function openRunFolder(say: (line: string) => void): Promise<string> {
  mkdirSync(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS)) {
    const folder = join(RUNS, name);
    if (isSameProcess(Number(name), readOwner(folder))) continue;
    await stopOrphans(folder, say);
    rmSync(folder, { recursive: true, force: true });
  }
  const folder = join(RUNS, String(process.pid));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'owner'), processIdentity(process.pid) ?? '');
  return folder;
}

function readOwner(folder: string): string {
  try {
    return readFileSync(join(folder, 'owner'), 'utf8');
  } catch {
    return '';
  }
}
