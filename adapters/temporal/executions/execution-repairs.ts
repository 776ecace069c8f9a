import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type {
  ExecutionRepairs,
  ExecutionStanding,
} from '../../../contracts/executions/execution-workflows.ts';
import { executionWorkflowId } from '../../../contracts/ids.ts';
import {
  ATTENTION_NEEDED,
  EXECUTION_WORKFLOW,
  PROGRESS_QUERY,
} from '../../../contracts/orders/workflow-messages.ts';
import { createPageCursors } from '../page-cursor.ts';
import { retryNow } from '../retry-now.ts';
import { guardQuery } from '../temporal-errors.ts';
import { listWorkflowIds } from '../visibility.ts';

const CALL_TIMEOUT_MS = 5_000;

const WAITING = `WorkflowType = '${EXECUTION_WORKFLOW}' and ${ATTENTION_NEEDED} = true and ExecutionStatus = 'Running'`;

/**
 * The workflows of executions that could not be booked. `cursorSecret` seals the cursors of their
 * list: the same in all processes that read it.
 */
export function createExecutionRepairs(client: Client, cursorSecret: string): ExecutionRepairs {
  const waiting = { query: WAITING, cursors: createPageCursors(cursorSecret, WAITING) };
  const bounded = <T>(call: () => Promise<T>): Promise<T> =>
    guardQuery(() => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call));

  async function ask(workflowId: string): Promise<ExecutionStanding | null> {
    try {
      return await client.workflow.getHandle(workflowId).query<ExecutionStanding>(PROGRESS_QUERY);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  return {
    findExecution: ({ broker, brokerExecutionId }) =>
      bounded(() => ask(executionWorkflowId(broker, brokerExecutionId))),
    listWaiting: (request) =>
      bounded(async () => {
        const { items: workflowIds, nextCursor } = await listWorkflowIds(client, waiting, request);
        const found = await Promise.all(workflowIds.map(ask));
        return { items: found.filter((execution) => execution !== null), nextCursor };
      }),
    retryExecution: ({ broker, brokerExecutionId }, requestId, request) =>
      retryNow(client, executionWorkflowId(broker, brokerExecutionId), requestId, request),
  };
}
