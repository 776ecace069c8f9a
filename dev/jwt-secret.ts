import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The secret that signs tokens: JWT_SECRET, else one that is made once per state folder, so that a login survives a restart. */
export function readJwtSecret(env: NodeJS.ProcessEnv, stateDir: string): string {
  if (env.JWT_SECRET) return env.JWT_SECRET;
  const file = join(stateDir, 'jwt-secret');
  mkdirSync(stateDir, { recursive: true });
  try {
    writeFileSync(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
