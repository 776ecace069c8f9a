import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { resolveRedis } from './services/redis.ts';
import { resolveTemporal } from './services/temporal.ts';
import { resolveTimeSkipping } from './services/time-skipping.ts';
import { clearDeadRuns } from './test-services.ts';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

const say = (line: string): void => console.log(line);

/** Long first steps are taken here, where they can be seen; a run of named files asks for what it needs when it needs it. */
async function prepareTools(): Promise<void> {
  await resolveTemporal(process.env, say);
  await resolveRedis(process.env, say);
  await resolveTimeSkipping(process.env, say);
}

function runVitest(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const vitest = spawn(process.execPath, [VITEST, 'run', ...args], { cwd: ROOT, stdio: 'inherit' });
    const passOn = (signal: NodeJS.Signals) => vitest.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn);
    vitest.once('error', reject);
    vitest.once('close', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
}

const args = process.argv.slice(2);
try {
  if (args.every((arg) => arg.startsWith('-'))) await prepareTools();
  process.exitCode = await runVitest(args);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  // Vitest may have been ended by a second Ctrl-C before it could stop its services.
  await clearDeadRuns(say);
}
