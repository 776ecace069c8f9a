import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { describeTerms, type OrderSubmission } from '../../contracts/orders.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { Delivery, OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import { ORDERS_TASK_QUEUE } from '../../contracts/task-queues.ts';
import { ABANDON_SIGNAL, CANCEL_UPDATE, EXECUTION_REPORTS_SIGNAL, ORDER_WORKFLOW } from '../../contracts/workflow-messages.ts';
import { guardTemporal } from './temporal-errors.ts';

/** Each costs the server close to a millisecond per order: what an operator filters by, and no more. */
const ACCOUNT_ID = defineSearchAttributeKey('AccountId', SearchAttributeType.KEYWORD);
const SYMBOL = defineSearchAttributeKey('Symbol', SearchAttributeType.KEYWORD);

/** A call that takes longer is given up: the client of the API waits for it. */
const CALL_TIMEOUT_MS = 2_000;
const CANCEL_TIMEOUT_MS = 3_000;

export function createOrderWorkflows(client: Client): OrderWorkflows {
  async function startOrder(submission: OrderSubmission): Promise<void> {
    try {
      await client.workflow.start(ORDER_WORKFLOW, {
        workflowId: orderWorkflowId(submission.orderId),
        taskQueue: ORDERS_TASK_QUEUE,
        args: [submission],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        staticSummary: describeTerms(submission),
        typedSearchAttributes: new TypedSearchAttributes([
          { key: ACCOUNT_ID, value: submission.accountId },
          { key: SYMBOL, value: submission.symbol },
        ]),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  async function unlessEnded<T>(call: () => Promise<T>): Promise<T | 'NOT_RUNNING'> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'NOT_RUNNING';
      throw error;
    }
  }

  async function abandonOrder(orderId: string): Promise<void> {
    await unlessEnded(() => client.workflow.getHandle(orderWorkflowId(orderId)).signal(ABANDON_SIGNAL));
  }

  /** The update's id makes a repeated request the same request while one is under way. */
  async function cancelOrder(orderId: string, requestId: string): Promise<'DONE' | 'PENDING' | 'NOT_RUNNING'> {
    try {
      const handle = client.workflow.getHandle(orderWorkflowId(orderId));
      const cancelAndWait = () => handle.executeUpdate(CANCEL_UPDATE, { args: ['client'], updateId: requestId });
      return await unlessEnded(async () => {
        await client.withDeadline(Date.now() + CANCEL_TIMEOUT_MS, cancelAndWait);
        return 'DONE' as const;
      });
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) return 'NOT_RUNNING';
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'PENDING';
      throw error;
    }
  }

  async function reportExecutions(orderId: string, reports: readonly ExecutionReport[]): Promise<Delivery> {
    return unlessEnded(async () => {
      await client.workflow.getHandle(orderWorkflowId(orderId)).signal(EXECUTION_REPORTS_SIGNAL, reports);
      return 'DELIVERED' as const;
    });
  }

  const bounded = <T>(call: () => Promise<T>): Promise<T> => guardTemporal(() => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call));

  return {
    startOrder: (submission) => bounded(() => startOrder(submission)),
    abandonOrder: (orderId) => bounded(() => abandonOrder(orderId)),
    cancelOrder: (orderId, requestId) => guardTemporal(() => cancelOrder(orderId, requestId)),
    reportExecutions: (orderId, reports) => bounded(() => reportExecutions(orderId, reports)),
  };
}
