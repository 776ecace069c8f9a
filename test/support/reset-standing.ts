import { type WorkflowExecutionDescription, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { waitUntil } from '../../dev/wait-until.ts';
import { waitForRest } from '../histories/order-steps.ts';
import type { PlayedWorkflow } from '../histories/scenario.ts';
import type { Stage } from '../histories/stage.ts';

const REST_MS_MAX = 60_000;

/**
 * Where a workflow stands while nothing happens: how it ended, or what it answers to its query.
 * Times are left out.
 */
export interface Standing {
  status: WorkflowExecutionDescription['status']['name'];
  said: unknown;
}

const handleOf = ({ e2e }: Stage, workflowId: string) =>
  e2e.temporal.workflow.getHandle(workflowId);

/** Of the workflow's current run. */
export async function readStanding(stage: Stage, workflowId: string): Promise<Standing> {
  const handle = handleOf(stage, workflowId);
  const { status, type } = await handle.describe();
  switch (status.name) {
    case 'COMPLETED':
      return { status: status.name, said: lasting(await handle.result()) };
    case 'FAILED':
      return { status: status.name, said: await handle.result().catch(failureOf) };
    case 'RUNNING':
      return {
        status: status.name,
        said: QUERIES[type] === undefined ? null : whileOpen(await handle.query(QUERIES[type])),
      };
    default:
      return { status: status.name, said: null };
  }
}

/** The session of a broker answers no query. */
const QUERIES: Readonly<Record<string, string>> = {
  order: 'progress',
  execution: 'progress',
  settlement: 'progress',
  settlementRun: 'progress',
};

/**
 * What may differ: a run that was reset has its own times, and how fast a settlement was is a time
 * too; what its result says to be in repair is what is in repair when it ends; what is settled
 * already takes one attempt more, not all of them; and which word a silent venue is called by
 * depends on how often it was called.
 */
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  'until',
  'seconds',
  'instructionsPerSecond',
  'inRepair',
  'attempts',
  'lastFailure',
]);

const lasting = (said: unknown): unknown =>
  JSON.parse(
    JSON.stringify(said ?? null, (key, value) => (OF_THE_MOMENT.has(key) ? undefined : value)),
  );

/**
 * The rows tell the status. A run that was reset knows of a cancel or a replacement under way,
 * where the one before knew its own request.
 */
const whileOpen = (said: unknown): unknown => {
  const { status: _status, ...rest } = (lasting(said) ?? {}) as Record<string, unknown>;
  return rest;
};

function failureOf(error: unknown): unknown {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return cause.type;
  return cause instanceof CancelledFailure ? 'CANCELLED' : String(cause);
}

/** The ids of the events that a run can be reset to: the end of each of its workflow tasks. */
export async function listPoints(
  stage: Stage,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<string[]> {
  const { events } = await stage.e2e.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? []).flatMap(({ eventId, workflowTaskCompletedEventAttributes }) =>
    workflowTaskCompletedEventAttributes ? [String(eventId)] : [],
  );
}

export async function currentRun(
  stage: Stage,
  { workflowId }: PlayedWorkflow,
): Promise<{ workflowId: string; runId: string }> {
  return { workflowId, runId: (await handleOf(stage, workflowId).describe()).runId };
}

/**
 * Waits until the current run stands as the workflow did before; throws with where it stands
 * instead. `nudge` is called while it does not: what a person would do, or an hour's wait.
 */
export async function waitForStanding(
  stage: Stage,
  workflowId: string,
  expected: Standing,
  nudge: (now: Standing) => Promise<unknown> = async () => {},
): Promise<void> {
  let now: Standing | null = null;
  const wished = JSON.stringify(expected);
  const isThere = async (): Promise<boolean> => {
    now = await readStanding(stage, workflowId);
    if (JSON.stringify(now) === wished) return true;
    await nudge(now);
    return false;
  };
  try {
    await waitUntil(isThere, {
      timeoutMs: REST_MS_MAX,
      everyMs: 100,
      message: 'it does not come to stand as before',
    });
  } catch (error) {
    throw new Error(
      `${workflowId}: ${(error as Error).message}: ${JSON.stringify(now)}, where it stood ${wished}`,
      { cause: error },
    );
  }
  await waitForRest(stage, { label: 'reset', workflowId });
}
