import { checkMigrations, checkProtoCode } from './verify-generated.ts';
import { checkImports } from './verify-imports.ts';
import { runCheck } from './verify-run.ts';

/** A check resolves with a few words on what it saw, or throws with what is wrong. */
interface Check {
  readonly name: string;
  readonly run: () => Promise<string>;
}

const CHECKS: readonly Check[] = [
  { name: 'format and lint', run: () => runCheck('biome', ['ci', '--colors=off', '.']) },
  {
    name: 'types',
    run: () =>
      runCheck('tsc', [
        '--noEmit',
        '--incremental',
        '--tsBuildInfoFile',
        '.hub/cache/verify.tsbuildinfo',
      ]),
  },
  { name: 'import rules', run: checkImports },
  { name: 'dead code', run: () => runCheck('knip', ['--no-progress']) },
  { name: 'proto lint', run: () => runCheck('buf', ['lint']) },
  { name: 'proto code', run: checkProtoCode },
  { name: 'migrations', run: checkMigrations },
];

/** Every check runs, so that one look shows all that is wrong. */
async function verify(): Promise<number> {
  const failed: string[] = [];
  for (const { name, run } of CHECKS) {
    const startedAt = performance.now();
    const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    try {
      const seen = await run();
      console.log(`ok    ${name}, ${seconds()}${seen ? ` (${seen})` : ''}`);
    } catch (error) {
      failed.push(name);
      console.log(`FAIL  ${name}, ${seconds()}\n${(error as Error).message}\n`);
    }
  }
  if (failed.length > 0) console.log(`\nnot verified: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await verify();
