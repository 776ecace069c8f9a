import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import type { Role } from '../../contracts/identity/caller.ts';
import { createFundedAccount } from '../support/accounts.ts';
import { type OwnE2eStack, startE2eStack } from '../support/e2e-stack.ts';
import { installSchemathesis } from './install-schemathesis.ts';

const CONFIG = join(import.meta.dirname, 'schemathesis.toml');
/** Of both roles together. */
const CASES_MIN = 5_000;
/** Signed this far ahead, a token outlives the run. */
const TOKEN_AHEAD_MS = 3_600_000;
/** `Test cases:`, then `2644 generated, …`. */
const CASES = /^ +(\d+) generated/m;
const ROLES: readonly Role[] = ['CUSTOMER', 'OPERATOR'];

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    examples: { type: 'string', default: '40' },
    only: { type: 'string' },
  },
});

interface RunReport {
  cases: number;
  failed: boolean;
}

/** All checks over the whole document, as one role. */
async function runAs(role: Role, program: string, e2e: OwnE2eStack): Promise<RunReport> {
  const account = await createFundedAccount(e2e.hub, { cash: '10000000.00', roles: [role] });
  const tokens = createAccessTokens(
    e2e.stack.env.JWT_SECRET ?? '',
    () => Date.now() + TOKEN_AHEAD_MS,
  );
  const { code, output } = await run(e2e.stateDir, program, [
    ...['--config-file', CONFIG, 'run', `${e2e.stack.urls.api}/openapi.json`],
    ...['--header', `Authorization: Bearer ${await tokens.sign(account.caller)}`],
    ...[
      '--checks',
      'all',
      '--seed',
      values.seed,
      '--max-examples',
      values.examples,
      '--continue-on-failure',
    ],
    ...['--generation-database', 'none', '--no-color'],
    ...(values.only === undefined ? [] : ['--include-operation-id', values.only]),
  ]);
  return { cases: Number(CASES.exec(output)?.[1] ?? 0), failed: code !== 0 };
}

/** Shows what the program says while it runs, and gives it back. */
function run(
  cwd: string,
  command: string,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

async function main(): Promise<number> {
  const program = await installSchemathesis();
  const e2e = await startE2eStack();
  try {
    let cases = 0;
    let failed = false;
    for (const role of ROLES) {
      console.log(`\nas ${role}`);
      const report = await runAs(role, program, e2e);
      cases += report.cases;
      failed ||= report.failed;
    }
    const tooFew = values.only === undefined && cases < CASES_MIN;
    console.log(
      `\n${cases} cases, ${failed ? 'with failures' : 'no failure'}${tooFew ? `, fewer than ${CASES_MIN}` : ''}`,
    );
    return failed || tooFew ? 1 : 0;
  } finally {
    await e2e.stop();
  }
}

// Whoever ends this program by a signal has its processes ended as well: the stack's own handler of
// `exit` does it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(130));

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit();
