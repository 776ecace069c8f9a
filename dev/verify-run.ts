import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

const BIN = join(ROOT, 'node_modules', '.bin');
const OUTPUT_LINES_MAX = 80;

/**
 * Runs a program of node_modules at the root. Resolves with what it wrote to stdout; throws with
 * all that it wrote when it fails.
 */
export function captureOutput(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      PATH: `${BIN}${delimiter}${process.env.PATH}`,
      NO_COLOR: '1',
      FORCE_COLOR: '0',
    };
    const child = spawn(join(BIN, program), [...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let all = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      all += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      all += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(firstLines(all) || `${program} ended with ${code}`)),
    );
  });
}

/** A check that is right when the program says so. */
export async function runCheck(program: string, args: readonly string[]): Promise<string> {
  await captureOutput(program, args);
  return '';
}

function firstLines(text: string): string {
  const lines = text.trim().split('\n');
  if (lines.length <= OUTPUT_LINES_MAX) return lines.join('\n');
  return [
    ...lines.slice(0, OUTPUT_LINES_MAX),
    `… and ${lines.length - OUTPUT_LINES_MAX} lines more`,
  ].join('\n');
}
