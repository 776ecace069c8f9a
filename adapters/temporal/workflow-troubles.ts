import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { EndedUnfinished, FailingStep } from '../../contracts/operators/backlog.ts';
import {
  EXECUTION_WORKFLOW,
  ORDER_WORKFLOW,
  SETTLEMENT_RUN_WORKFLOW,
  SETTLEMENT_WORKFLOW,
  STEP_FAILING,
} from '../../contracts/orders/workflow-messages.ts';

const FAILING = defineSearchAttributeKey(STEP_FAILING, SearchAttributeType.KEYWORD);

const FAILING_MAX = 1_000;
const ENDED_MAX = 100;
const ENDED_WITHIN_MS = 3_600_000;

/** The session has a trouble of its own when it ends. */
const PROMISES = [ORDER_WORKFLOW, EXECUTION_WORKFLOW, SETTLEMENT_WORKFLOW, SETTLEMENT_RUN_WORKFLOW];

/** By workflow type, step and code, what has used up its quick retries. */
export async function readFailingSteps(client: Client): Promise<FailingStep[]> {
  const found = await list(client, `${STEP_FAILING} IS NOT NULL AND ExecutionStatus = 'Running'`, {
    max: FAILING_MAX,
  });
  const counts = new Map<string, FailingStep>();
  for (const { type: workflowType, typedSearchAttributes } of found) {
    const named = typedSearchAttributes.get(FAILING);
    if (!named) continue;
    const [step = '', ...code] = named.split(' ');
    const key = `${workflowType} ${named}`;
    const known = counts.get(key) ?? { workflowType, step, code: code.join(' '), count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()];
}

/**
 * A reset ends a run likewise, but another one goes on for it; so does one that was started anew.
 */
export async function readEndedUnfinished(client: Client): Promise<EndedUnfinished[]> {
  const since = new Date(Date.now() - ENDED_WITHIN_MS).toISOString();
  const ended = await list(
    client,
    `WorkflowType IN (${quoted(PROMISES)}) AND ExecutionStatus IN ('Terminated', 'TimedOut') AND CloseTime > '${since}'`,
    { max: ENDED_MAX },
  );
  const typeOf = new Map(ended.map(({ workflowId, type }) => [workflowId, type]));
  if (typeOf.size === 0) return [];
  const goOn = await list(
    client,
    `WorkflowId IN (${quoted([...typeOf.keys()])}) AND ExecutionStatus IN ('Running', 'Completed')`,
    { max: FAILING_MAX },
  );
  for (const { workflowId } of goOn) typeOf.delete(workflowId);
  const counts = new Map<string, number>();
  for (const type of typeOf.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([workflowType, count]) => ({ workflowType, count }));
}

async function list(
  client: Client,
  query: string,
  { max }: { max: number },
): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const execution of client.workflow.list({ query, pageSize: max })) {
    found.push(execution);
    if (found.length === max) break;
  }
  return found;
}

/** Ids that somebody else gave may have quotes in them. */
const quoted = (texts: readonly string[]): string =>
  texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ');
