import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { bulkWorkflowId } from '../../../contracts/ids.ts';
import {
  BULK_OPERATION_WORKFLOW,
  type BulkProgress,
  type BulkRequest,
  describeBulk,
  STOP_SIGNAL,
} from '../../../contracts/operators/bulk-operations.ts';
import type { BulkWorkflows } from '../../../contracts/operators/bulk-workflows.ts';
import {
  type OperatorRequest,
  PROGRESS_QUERY,
} from '../../../contracts/orders/workflow-messages.ts';
import { OPERATIONS_TASK_QUEUE } from '../../../contracts/task-queues.ts';
import { createPageCursors } from '../page-cursor.ts';
import { guardQuery } from '../temporal-errors.ts';
import { listWorkflowIds } from '../visibility.ts';

const CALL_TIMEOUT_MS = 5_000;

/** Each continuation is an execution of its own: only the last is an operation. */
const OPERATIONS = `WorkflowType = '${BULK_OPERATION_WORKFLOW}' and ExecutionStatus != 'ContinuedAsNew'`;

/**
 * The workflows of bulk operations. `cursorSecret` seals the cursors of their list: the same in all
 * processes that read it.
 */
export function createBulkWorkflows(client: Client, cursorSecret: string): BulkWorkflows {
  const operations = { query: OPERATIONS, cursors: createPageCursors(cursorSecret, OPERATIONS) };
  const handleOf = (bulkId: string) => client.workflow.getHandle(bulkWorkflowId(bulkId));

  async function startBulk(request: BulkRequest): Promise<'STARTED' | 'EXISTS'> {
    try {
      await client.workflow.start(BULK_OPERATION_WORKFLOW, {
        workflowId: bulkWorkflowId(request.id),
        taskQueue: OPERATIONS_TASK_QUEUE,
        args: [request],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: describeBulk(request),
        staticDetails: `asked for by ${request.operator}: ${request.reason}`,
      });
      return 'STARTED';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'EXISTS';
      throw error;
    }
  }

  /**
   * What its history returns once it has ended; before that, and when it was ended by force, a
   * worker is asked.
   */
  async function findBulk(bulkId: string): Promise<BulkProgress | null> {
    const handle = handleOf(bulkId);
    try {
      const { status, closeTime } = await handle.describe();
      if (status.name === 'COMPLETED') return await handle.result();
      const progress = await handle.query<BulkProgress>(PROGRESS_QUERY);
      return closeTime
        ? { ...progress, status: 'FAILED', endedAt: closeTime.toISOString() }
        : progress;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  async function stopBulk(bulkId: string, request: OperatorRequest): Promise<void> {
    try {
      await handleOf(bulkId).signal(STOP_SIGNAL, request);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  const bounded = <T>(call: () => Promise<T>): Promise<T> =>
    guardQuery(() => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call));

  return {
    startBulk: (request) => bounded(() => startBulk(request)),
    findBulk: (bulkId) => bounded(() => findBulk(bulkId)),
    stopBulk: (bulkId, request) => bounded(() => stopBulk(bulkId, request)),
    listBulks: (request) =>
      bounded(async () => {
        const { items: workflowIds, nextCursor } = await listWorkflowIds(
          client,
          operations,
          request,
        );
        const found = await Promise.all(
          workflowIds.map((workflowId) => findBulk(workflowId.slice(bulkWorkflowId('').length))),
        );
        return { items: found.filter((bulk) => bulk !== null), nextCursor };
      }),
  };
}
