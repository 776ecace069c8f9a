import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { captureOutput, ROOT } from './verify-run.ts';

/** The committed code in proto/gen is what the .proto files generate now. */
export async function checkProtoCode(): Promise<string> {
  return inScratch('proto', async (folder) => {
    await captureOutput('buf', ['generate', '--output', folder]);
    const differences = compareFolders(join(ROOT, 'proto', 'gen'), join(folder, 'proto', 'gen'));
    if (differences.length > 0)
      throw new Error(
        `proto/gen is not what proto/ generates; run buf generate:\n${differences.join('\n')}`,
      );
    return `${listFiles(join(folder, 'proto', 'gen')).length} files`;
  });
}

/**
 * The migrations make the tables that drizzle/schema describes: drizzle-kit finds nothing to add to
 * a copy of them.
 */
export async function checkMigrations(): Promise<string> {
  return inScratch('migrations', async (folder) => {
    const migrations = join(ROOT, 'drizzle', 'migrations');
    cpSync(migrations, folder, { recursive: true });
    const out = relative(ROOT, folder);
    await captureOutput('drizzle-kit', [
      'generate',
      '--dialect',
      'postgresql',
      '--schema',
      './drizzle/schema/index.ts',
      '--out',
      out,
    ]);
    const differences = compareFolders(migrations, folder);
    if (differences.length > 0)
      throw new Error(
        `drizzle/schema has what no migration makes; run drizzle-kit generate:\n${differences.join('\n')}`,
      );
    return `${listFiles(migrations).filter((file) => file.endsWith('.sql')).length} files`;
  });
}

async function inScratch(name: string, work: (folder: string) => Promise<string>): Promise<string> {
  const parent = join(ROOT, '.hub');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `verify-${name}-`));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line for each file that only one side has or that differs. */
export function compareFolders(committed: string, fresh: string): string[] {
  const here = listFiles(committed);
  const there = listFiles(fresh);
  const isSame = (file: string) =>
    readFileSync(join(committed, file)).equals(readFileSync(join(fresh, file)));
  return [
    ...here
      .filter((file) => !there.includes(file))
      .map((file) => `  ${file}: nothing generates it`),
    ...there.filter((file) => !here.includes(file)).map((file) => `  ${file}: is missing`),
    ...here
      .filter((file) => there.includes(file) && !isSame(file))
      .map((file) => `  ${file}: differs`),
  ];
}

function listFiles(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();
}
