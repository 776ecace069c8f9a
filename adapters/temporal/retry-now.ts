import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import {
  type OperatorRequest,
  RETRY_NOW_UPDATE,
} from '../../contracts/orders/workflow-messages.ts';
import { guardTemporal } from './temporal-errors.ts';

/** An attempt has 10 s; the client of the API has less patience. */
const RETRY_TIMEOUT_MS = 8_000;

/**
 * Ends a workflow's wait before its next attempt, and answers with what comes of that; `PENDING`
 * when it takes long, `REJECTED` when it waits for nothing. Asking again under the same `requestId`
 * asks once. Throws `HubError('TEMPORAL_UNAVAILABLE')`.
 */
export function retryNow<Standing>(
  client: Client,
  workflowId: string,
  requestId: string,
  request: OperatorRequest,
): Promise<Standing | 'PENDING' | 'NOT_RUNNING' | 'REJECTED'> {
  const handle = client.workflow.getHandle(workflowId);
  const retryAndWait = () =>
    handle.executeUpdate<Standing, [OperatorRequest]>(RETRY_NOW_UPDATE, {
      args: [request],
      updateId: requestId,
    });
  return guardTemporal(async () => {
    try {
      return await client.withDeadline(Date.now() + RETRY_TIMEOUT_MS, retryAndWait);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'NOT_RUNNING';
      if (error instanceof WorkflowUpdateFailedError) return 'REJECTED';
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'PENDING';
      throw error;
    }
  });
}
