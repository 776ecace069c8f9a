import type { TroubleMade } from './make-trouble.ts';
import { readOptions } from './options.ts';
import { summarizeSeed, tabulateTroubles } from './report.ts';
import { runSeed } from './run-seed.ts';

const VIOLATIONS_SHOWN = 20;

const say = (line: string): void =>
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(6)} s  ${line}`);

/** Ends with the first seed that fails. */
async function run(): Promise<number> {
  const { seed: first, seeds, orders } = readOptions(process.argv.slice(2));
  const troubles: TroubleMade[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    const again = `npm run chaos -- --seed ${seed} --orders ${orders}`;
    const result = await runSeed({
      seed,
      orders,
      say: (line) => say(`seed ${seed}: ${line}`),
    }).catch((error: Error) => {
      throw new Error(
        `seed ${seed} could not be run: ${error.message}\nTo run it again: ${again}`,
        { cause: error },
      );
    });
    troubles.push(...result.troubles);
    say(summarizeSeed(result));
    if (result.violations.length > 0) {
      for (const { rule, detail } of result.violations.slice(0, VIOLATIONS_SHOWN))
        console.error(`  ${rule}: ${detail}`);
      console.error(
        `\nThe logs and databases are in ${result.stateDir}. To run it again: ${again}`,
      );
      return 1;
    }
  }
  console.log(`\n${tabulateTroubles(troubles)}\n\n${seeds} seeds of ${orders} orders passed`);
  return 0;
}

// Whoever ends this program by a signal has its processes ended as well: the stack's own handler of
// `exit` does it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(130));

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error && !error.cause ? error.message : error);
  process.exitCode = 1;
}
process.exit();
