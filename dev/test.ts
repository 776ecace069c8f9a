import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { resolveRedis } from './services/redis.ts';
import { resolveTemporal } from './services/temporal.ts';
import { resolveTimeSkipping } from './services/time-skipping.ts';
import { clearDeadRuns } from './test-services.ts';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

/** Files that start nothing; of the others some do. */
const PURE = /^test\/(domain|contracts|api|alerts|bench|chaos|use-cases)\/(?!.*\.integration\.)/;

const say = (line: string): void => console.log(line);

/** Long first steps are taken here, where they can be seen, and in nobody's timeout. */
async function prepareTools(): Promise<void> {
  await resolveTemporal(process.env, say);
  await resolveRedis(process.env, say);
  await resolveTimeSkipping(process.env, say);
}

/** Whether a file that was named, by a part of its path as vitest takes it, asks for services. */
function needsTools(args: readonly string[]): boolean {
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (names.length === 0) return true;
  const files = globSync('test/**/*.test.ts', { cwd: ROOT });
  return files.some(
    (file) => names.some((name) => file.includes(name)) && !PURE.test(file.replaceAll('\\', '/')),
  );
}

function runVitest(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const vitest = spawn(process.execPath, [VITEST, 'run', ...args], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    const passOn = (signal: NodeJS.Signals) => vitest.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn);
    vitest.once('error', reject);
    vitest.once('close', (code, signal) =>
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)),
    );
  });
}

const args = process.argv.slice(2);
try {
  if (needsTools(args)) await prepareTools();
  process.exitCode = await runVitest(args);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  // Vitest may have been ended by a second Ctrl-C before it could stop its services.
  await clearDeadRuns(say);
}
