import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every path below the folder that gives others anything. The folder itself lets the database
 * server's group pass.
 */
export function listOpen(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => (statSync(join(folder, name)).mode & 0o077) !== 0,
  );
}
