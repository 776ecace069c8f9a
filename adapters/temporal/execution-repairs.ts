import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { executionWorkflowId } from '../../contracts/ids.ts';
import type { ExecutionRepairs, ExecutionStanding } from '../../contracts/ports/execution-workflows.ts';
import { ATTENTION_NEEDED, EXECUTION_WORKFLOW, PROGRESS_QUERY } from '../../contracts/workflow-messages.ts';
import { retryNow } from './retry-now.ts';
import { guardQuery } from './temporal-errors.ts';
import { listWorkflowIds } from './visibility.ts';

const CALL_TIMEOUT_MS = 5_000;

const WAITING = `WorkflowType = '${EXECUTION_WORKFLOW}' and ${ATTENTION_NEEDED} = true and ExecutionStatus = 'Running'`;

/** The workflows of executions that could not be booked. */
export function createExecutionRepairs(client: Client): ExecutionRepairs {
  const bounded = <T>(call: () => Promise<T>): Promise<T> => guardQuery(() => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call));

  async function ask(workflowId: string): Promise<ExecutionStanding | null> {
    try {
      return await client.workflow.getHandle(workflowId).query<ExecutionStanding>(PROGRESS_QUERY);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  return {
    findExecution: (brokerExecutionId) => bounded(() => ask(executionWorkflowId(brokerExecutionId))),
    listWaiting: (request) =>
      bounded(async () => {
        const { items: workflowIds, nextCursor } = await listWorkflowIds(client, WAITING, request);
        const found = await Promise.all(workflowIds.map(ask));
        return { items: found.filter((execution) => execution !== null), nextCursor };
      }),
    retryExecution: (brokerExecutionId, requestId, request) => retryNow(client, executionWorkflowId(brokerExecutionId), requestId, request),
  };
}
