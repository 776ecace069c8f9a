import { DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';
import * as workflows from '../../workflows/index.ts';
import { bundleWorkflows as bundleQuickWorkflows } from '../histories/quick-bundle.ts';
import { bundleChangedWorkflows } from '../support/changed-workflows.ts';
import '../support/quiet-runtime.ts';
import {
  ALL_WAITS,
  type HistoryFile,
  listUnrecorded,
  readHistoryFiles,
  workersOf,
} from './history-files.ts';
import { historyFromJson } from './history-json.ts';

/** A history that does not fit is a warning of the worker's, and here what is asked for. */
const logger = new DefaultLogger('ERROR');

const FILES = readHistoryFiles();
const ofWorkers = (kind: 'real' | 'quick') =>
  FILES.filter(({ scenario }) => workersOf(scenario) === kind);

/** What became of each file: `fits`, or why it does not. */
async function replay(
  workflowBundle: WorkflowBundle,
  files: readonly HistoryFile[],
): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  const histories = files.map(({ name, history }) => ({
    workflowId: name,
    history: historyFromJson(history),
  }));
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle },
    histories,
  )) {
    outcomes[workflowId] =
      error === undefined
        ? 'fits'
        : error instanceof DeterminismViolationError
          ? 'non-deterministic'
          : String(error);
  }
  return outcomes;
}

const all = (
  files: readonly HistoryFile[],
  outcomeOf: (file: HistoryFile) => string,
): Record<string, string> => Object.fromEntries(files.map((file) => [file.name, outcomeOf(file)]));

const steps = ({ history }: HistoryFile): string[] =>
  history.events.flatMap((event) => {
    const { activityType } = (event.activityTaskScheduledEventAttributes ?? {}) as {
      activityType?: { name: string };
    };
    return activityType ? [activityType.name] : [];
  });

it('has a history of every scenario; npm run histories records what is missing', () => {
  expect(listUnrecorded().map(({ name }) => name)).toEqual([]);
});

it('has a history of every type of workflow', () => {
  const recorded = new Set(FILES.map(({ workflowType }) => workflowType));
  expect(Object.keys(workflows).filter((type) => !recorded.has(type))).toEqual([]);
});

it('keeps nothing of the machine that a history was recorded on', () => {
  const told = FILES.filter(({ text }) => /\d@|file:\/\/|"stackTrace":"[^"]/.test(text)).map(
    ({ name }) => name,
  );
  expect(told).toEqual([]);
});

it('brings every recorded workflow to where it was, on the workflows of today', async () => {
  const files = ofWorkers('real');
  expect(await replay(await bundleWorkflows(logger), files)).toEqual(all(files, () => 'fits'));
});

it('brings those that waited for retries to where they were, on the workflows of today with the waits they were recorded with', async () => {
  const files = ofWorkers('quick');
  expect(await replay(await bundleQuickWorkflows(logger), files)).toEqual(all(files, () => 'fits'));
});

it('finds an order that waited for retries out of step when the waits have changed', async () => {
  const files = FILES.filter(({ scenario }) => scenario === ALL_WAITS);
  expect(files).not.toEqual([]);
  expect(await replay(await bundleQuickWorkflows(logger), files)).toEqual(
    all(files, () => 'non-deterministic'),
  );
});

it('finds every order out of step when a timer is put before its first step', async () => {
  const files = ofWorkers('real');
  const bundle = await bundleChangedWorkflows(
    new URL('./broken/timer-at-the-start.ts', import.meta.url),
    logger,
  );
  const expected = all(files, ({ workflowType }) =>
    workflowType === 'order' ? 'non-deterministic' : 'fits',
  );
  expect(await replay(bundle, files)).toEqual(expected);
});

it('finds those orders out of step, and no others, that were canceled by a step that is called otherwise now', async () => {
  const files = ofWorkers('real');
  const bundle = await bundleChangedWorkflows(
    new URL('./broken/other-cancel.ts', import.meta.url),
    logger,
  );
  const expected = all(files, (file) =>
    steps(file).includes('cancelOrder') ? 'non-deterministic' : 'fits',
  );
  expect(Object.values(expected)).toContain('non-deterministic');
  expect(await replay(bundle, files)).toEqual(expected);
});
