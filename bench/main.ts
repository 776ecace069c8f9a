import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMachineFacts } from './machine.ts';
import { readOptions } from './options.ts';
import { FULL_PLAN, QUICK_PLAN } from './plan.ts';
import { formatReport } from './report.ts';
import { runBench } from './run-bench.ts';

/** Thousands of single values that their summaries stand for. */
const LEFT_OUT = 'submitLatenciesMs';

const RESULT_FILE = join(import.meta.dirname, 'last.json');

const say = (line: string): void =>
  console.log(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}`);

function listenForStop(limitMs: number): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort(new Error(`${signal}: broken off`)));
  }
  setTimeout(
    () => stop.abort(new Error(`broken off after ${limitMs / 60_000} minutes`)),
    limitMs,
  ).unref();
  return stop.signal;
}

try {
  const options = readOptions(process.argv.slice(2));
  const plan = options.quick ? QUICK_PLAN : FULL_PLAN;
  const limitMs = plan.limitMs + (options.parts.has('g') ? plan.resting.limitMs : 0);
  const { figures, errors } = await runBench({
    machine: readMachineFacts(),
    options,
    plan,
    signal: listenForStop(limitMs),
    say,
  });
  writeFileSync(
    RESULT_FILE,
    `${JSON.stringify({ ...figures, errors }, (key, value: unknown) => (key === LEFT_OUT ? undefined : value), 2)}\n`,
  );
  console.log(`\n${formatReport(figures)}\n\nAll figures: ${RESULT_FILE}`);
  for (const error of errors) console.error(error);
  // What a run measured is no failure, whatever it is; that it could not measure is one.
  process.exitCode = errors.length === 0 ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
process.exit();
