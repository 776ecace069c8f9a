import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCENARIOS } from '../histories/catalog.ts';
import type { Scenario } from '../histories/scenario.ts';
import { BULK } from './bulk-scenarios.ts';

export const HISTORIES = join(import.meta.dirname, 'histories');

export const PLAYED: readonly Scenario[] = [...SCENARIOS, ...BULK];

export type Recorded = Pick<Scenario, 'name' | 'title' | 'needsQuickWorkers'>;

/** test/replay/all-waits.ts */
export const ALL_WAITS: Recorded = {
  name: 'all-waits',
  title: 'an order that waits through its whole schedule, then for an operator',
};

export const RECORDED: readonly Recorded[] = [...PLAYED, ALL_WAITS];

/**
 * A recorded history: `<scenario>[.<label>][.<date>].json`. The date is of what was recorded beside
 * an older file.
 */
export interface HistoryFile {
  name: string;
  scenario: Recorded;
  workflowType: string;
  history: { events: Record<string, unknown>[] };
  text: string;
}

export type WorkersKind = 'real' | 'quick';

/**
 * Whose waits a history follows. A change of test/histories/quick-schedules.ts asks for the quick
 * ones to be recorded anew.
 */
export const workersOf = ({ needsQuickWorkers }: Recorded): WorkersKind =>
  needsQuickWorkers ? 'quick' : 'real';

/**
 * All that are kept. Throws for a file whose scenario is not known: nobody knew on which schedules
 * to replay it.
 */
export function readHistoryFiles(): HistoryFile[] {
  return readdirSync(HISTORIES)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const scenario = RECORDED.find((known) => known.name === scenarioNameOf(name));
      if (!scenario) throw new Error(`${name}: there is no such scenario`);
      const text = readFileSync(join(HISTORIES, name), 'utf8');
      const history = JSON.parse(text) as HistoryFile['history'];
      const started = history.events[0]?.workflowExecutionStartedEventAttributes as {
        workflowType: { name: string };
      };
      return { name, scenario, workflowType: started.workflowType.name, history, text };
    });
}

/** Scenarios of which nothing was recorded so far. */
export function listUnrecorded(): Recorded[] {
  const recorded = new Set(readdirSync(HISTORIES).map(scenarioNameOf));
  return RECORDED.filter(({ name }) => !recorded.has(name));
}

const scenarioNameOf = (fileName: string): string | undefined => fileName.split('.')[0];
