import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Scenario } from '../histories/scenario.ts';
import { type Stage, startStage } from '../histories/stage.ts';
import { playAllWaits } from './all-waits.ts';
import {
  ALL_WAITS,
  HISTORIES,
  listUnrecorded,
  PLAYED,
  RECORDED,
  type Recorded,
  workersOf,
} from './history-files.ts';
import { type History, historyToJson } from './history-json.ts';

// npm run histories [-- <scenario> …]: plays scenarios on the real system and keeps their
// histories. Without names: those that have none yet. What is named is recorded anew, beside the
// older files: these stay, for the orders that began when they were recorded.

const say = (line: string): void => console.log(line);

/** Steps fail here because they are made to. */
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger });

/** `<pid>@<host>`, also at the front of the name of a sticky queue. */
const WORKER_IDENTITY = new RegExp(`\\d+@${hostname()}`, 'g');

async function record(
  stage: Stage,
  { play, name, title }: Scenario,
  suffix: string,
): Promise<void> {
  const { workflows, end } = await play(stage);
  for (const { workflowId, runId, label } of workflows) {
    const history = await stage.e2e.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    write(`${name}${workflows.length === 1 ? '' : `.${label}`}${suffix}.json`, title, history);
  }
  await end?.();
}

/**
 * In the form of `temporal workflow show -o json`, an event a line, without what tells of the
 * machine.
 */
function write(fileName: string, title: string, history: History): void {
  const line = (event: object): string =>
    JSON.stringify(event, (key, value: unknown) => {
      if (key === 'stackTrace') return '';
      return typeof value === 'string' ? value.replaceAll(WORKER_IDENTITY, 'worker') : value;
    });
  writeFileSync(
    join(HISTORIES, fileName),
    `{"events":[\n${historyToJson(history).events.map(line).join(',\n')}\n]}\n`,
  );
  say(`${fileName}: ${title}`);
}

function choose(names: readonly string[]): readonly Recorded[] {
  if (names.length === 0) return listUnrecorded();
  return names.map((name) => {
    const recorded = RECORDED.find((known) => known.name === name);
    if (!recorded)
      throw new Error(
        `There is no scenario ${name}: one of ${RECORDED.map((known) => known.name).join(', ')}.`,
      );
    return recorded;
  });
}

const names = process.argv.slice(2);
const chosen = choose(names);
const suffix = names.length === 0 ? '' : `.${new Date().toISOString().slice(0, 10)}`;
for (const workers of ['real', 'quick'] as const) {
  const scenarios = PLAYED.filter(
    (scenario) =>
      workersOf(scenario) === workers && chosen.some(({ name }) => name === scenario.name),
  );
  if (scenarios.length === 0) continue;
  const stage = await startStage({ workers });
  try {
    for (const scenario of scenarios) await record(stage, scenario, suffix);
  } finally {
    await stage.stop();
  }
}
if (chosen.some(({ name }) => name === ALL_WAITS.name)) {
  const histories = await playAllWaits(logger, say);
  for (const [label, history] of Object.entries(histories))
    write(`${ALL_WAITS.name}.${label}${suffix}.json`, ALL_WAITS.title, history);
}
say(`${chosen.length} scenario(s) recorded in ${HISTORIES}`);
