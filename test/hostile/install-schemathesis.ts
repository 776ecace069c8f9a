import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolderOf } from '../../dev/state-folder.ts';

const VERSION = '4.32.5';
const PYTHON_MIN = [3, 10] as const;

/**
 * The path of the pinned schemathesis, in a virtual environment of its own that is kept. Throws a
 * sentence when Python is missing.
 */
export function installSchemathesis(env: NodeJS.ProcessEnv = process.env): string {
  const folder = join(stateFolderOf(env), 'cache', `schemathesis-${VERSION}`);
  const program = join(folder, 'bin', 'schemathesis');
  if (existsSync(program)) return program;
  const python = findPython();
  console.log(`installing schemathesis ${VERSION} into ${folder}`);
  try {
    demand(
      python,
      ['-m', 'venv', folder],
      'a virtual environment cannot be made: install python3-venv',
    );
    demand(
      join(folder, 'bin', 'pip'),
      ['install', '--quiet', `schemathesis==${VERSION}`],
      'pip could not install schemathesis',
    );
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return program;
}

function findPython(): string {
  const wanted = `Python ${PYTHON_MIN.join('.')} or newer`;
  const isNewEnough = `import sys; sys.exit(sys.version_info < (${PYTHON_MIN.join(', ')}))`;
  const { status } = spawnSync('python3', ['-c', isNewEnough]);
  if (status !== 0)
    throw new Error(
      `the fuzzer needs ${wanted} as python3: install it, then run the same command again`,
    );
  return 'python3';
}

function demand(command: string, args: readonly string[], failure: string): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${failure}\n${stderr}`);
}
