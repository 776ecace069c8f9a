import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { executionWorkflowId } from '../../contracts/ids.ts';
import type { ExecutionRepairs, ExecutionStanding, ExecutionWait } from '../../contracts/ports/execution-workflows.ts';
import {
  ATTENTION_NEEDED,
  EXECUTION_WORKFLOW,
  type OperatorRequest,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
} from '../../contracts/workflow-messages.ts';
import { guardQuery, guardTemporal } from './temporal-errors.ts';
import { listWorkflowIds } from './visibility.ts';

const CALL_TIMEOUT_MS = 5_000;
/** An attempt has 10 s; the client of the API has less patience. */
const RETRY_TIMEOUT_MS = 8_000;

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

  async function retryExecution(brokerExecutionId: string, requestId: string, request: OperatorRequest) {
    const handle = client.workflow.getHandle(executionWorkflowId(brokerExecutionId));
    const retryAndWait = () =>
      handle.executeUpdate<ExecutionWait | null, [OperatorRequest]>(RETRY_NOW_UPDATE, { args: [request], updateId: requestId });
    try {
      return await client.withDeadline(Date.now() + RETRY_TIMEOUT_MS, retryAndWait);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'NOT_RUNNING';
      if (error instanceof WorkflowUpdateFailedError) return 'REFUSED';
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'PENDING';
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
    retryExecution: (brokerExecutionId, requestId, request) => guardTemporal(() => retryExecution(brokerExecutionId, requestId, request)),
  };
}
