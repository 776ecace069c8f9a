import { runSoak } from './run-soak.ts';
import { readSoakOptions } from './soak-options.ts';

const WRONG_SHOWN = 30;

const say = (line: string): void =>
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(6)} s  ${line}`);

// Whoever ends this program by a signal has its processes ended as well: the stack's own handler of
// `exit` does it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(130));

try {
  const wrong = await runSoak(readSoakOptions(process.argv.slice(2)), say);
  const counted = Map.groupBy(wrong, (line) => line);
  for (const [line, lines] of [...counted].slice(0, WRONG_SHOWN))
    console.error(`  wrong, ${lines.length} times: ${line}`);
  console.log(
    wrong.length === 0 ? 'the soak passed' : `the soak failed: ${wrong.length} things were wrong`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
process.exit();
