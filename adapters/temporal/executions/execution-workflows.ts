import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { ExecutionWorkflows } from '../../../contracts/executions/execution-workflows.ts';
import { executionWorkflowId } from '../../../contracts/ids.ts';
import { EXECUTION_WORKFLOW } from '../../../contracts/orders/workflow-messages.ts';
import { ORDERS_TASK_QUEUE } from '../../../contracts/task-queues.ts';
import { searchAttributesOf } from '../search-attributes.ts';
import { guardTemporal } from '../temporal-errors.ts';

/** The reader of the stream waits for it. */
const CALL_TIMEOUT_MS = 2_000;

export function createExecutionWorkflows(client: Client): ExecutionWorkflows {
  /**
   * Whoever starts it has found the report to be news: one that has ended has not booked it, or
   * into books that were lost since.
   */
  async function startExecution(
    ...[orderId, report, order]: Parameters<ExecutionWorkflows['startExecution']>
  ): Promise<void> {
    try {
      await client.workflow.start(EXECUTION_WORKFLOW, {
        workflowId: executionWorkflowId(report.broker, report.brokerExecutionId),
        taskQueue: ORDERS_TASK_QUEUE,
        args: [orderId, report],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `${report.execType} at ${report.broker} of ${orderId === null ? 'an order that is not ours' : `order ${orderId}`}`,
        ...(order && { typedSearchAttributes: searchAttributesOf(order) }),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  return {
    startExecution: (...report) =>
      guardTemporal(() =>
        client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => startExecution(...report)),
      ),
  };
}
