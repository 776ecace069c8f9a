import type { WorkflowHandle } from '@temporalio/client';

export interface RunHistory {
  runId: string;
  events: number;
  bytes: number;
}

/** The histories of a workflow's runs, from this one on through its continuations. */
export async function readChain(
  { client, workflowId }: WorkflowHandle,
  firstRunId: string,
): Promise<RunHistory[]> {
  const chain: RunHistory[] = [];
  for (let runId: string | null | undefined = firstRunId; runId; ) {
    const run: WorkflowHandle = client.getHandle(workflowId, runId);
    const { historyLength, historySize } = await run.describe();
    chain.push({ runId, events: historyLength, bytes: historySize ?? 0 });
    const { events } = await run.fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return chain;
}
