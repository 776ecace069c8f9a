import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import { type ErrorCode, HubError } from '../../../contracts/errors.ts';
import { orderIdOf, orderWorkflowId } from '../../../contracts/ids.ts';
import { describeTerms, type OrderSubmission } from '../../../contracts/orders/order.ts';
import type { Delivery, OrderWorkflows } from '../../../contracts/orders/order-workflows.ts';
import {
  ABANDON_SIGNAL,
  CANCEL_UPDATE,
  EXECUTION_REPORTS_SIGNAL,
  FAIL_UPDATE,
  type OperatorRequest,
  ORDER_WORKFLOW,
  REPLACE_UPDATE,
  REQUEST_CANCEL_SIGNAL,
  RETRY_NOW_UPDATE,
} from '../../../contracts/orders/workflow-messages.ts';
import { ORDERS_TASK_QUEUE } from '../../../contracts/task-queues.ts';
import { searchAttributesOf } from '../search-attributes.ts';
import { guardTemporal, isTaskThrownAway } from '../temporal-errors.ts';

/** A call that takes longer is given up: the client of the API waits for it. */
const CALL_TIMEOUT_MS = 2_000;
const UPDATE_TIMEOUT_MS = 3_000;
const RESEND_UPDATE_MS = 25;
const LIST_PAGE = 1_000;

type UpdateOutcome = 'DONE' | 'PENDING' | 'NOT_RUNNING' | 'REJECTED';

/** Told to whoever asked as it is; everything else is the order's own state. */
const PASSED_ON: ReadonlySet<string> = new Set<ErrorCode>([
  'CLIENT_ORDER_ID_REUSED',
  'IDEMPOTENCY_KEY_REUSED',
  'DATABASE_UNAVAILABLE',
]);

export function createOrderWorkflows(client: Client): OrderWorkflows {
  async function startOrder(submission: OrderSubmission): Promise<void> {
    if ((await start(submission, 'ALLOW_DUPLICATE_FAILED_ONLY')) === 'STARTED') return;
    // Nobody decided in time, or the key was declined once for its client order id: now it may be
    // an order.
    if (await endedWithoutOrder(submission.orderId)) await start(submission, 'ALLOW_DUPLICATE');
  }

  async function start(
    submission: OrderSubmission,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' | 'ALLOW_DUPLICATE',
  ): Promise<'STARTED' | 'HAS_ENDED'> {
    try {
      await client.workflow.start(ORDER_WORKFLOW, {
        workflowId: orderWorkflowId(submission.orderId),
        taskQueue: ORDERS_TASK_QUEUE,
        args: [submission],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy,
        staticSummary: describeTerms(submission),
        ...(submission.requestId && { memo: { requestId: submission.requestId } }),
        typedSearchAttributes: searchAttributesOf(submission),
      });
      return 'STARTED';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'HAS_ENDED';
      throw error;
    }
  }

  /** A workflow that completed without an order returns `null`. */
  async function endedWithoutOrder(orderId: string): Promise<boolean> {
    try {
      return (await client.workflow.getHandle(orderWorkflowId(orderId)).result()) === null;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || error instanceof WorkflowFailedError)
        return false;
      throw error;
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
    await unlessEnded(() =>
      client.workflow.getHandle(orderWorkflowId(orderId)).signal(ABANDON_SIGNAL),
    );
  }

  /** The update's id makes a repeated request the same request while one is under way. */
  async function update(
    name: string,
    orderId: string,
    requestId: string,
    argument: unknown,
  ): Promise<UpdateOutcome> {
    const handle = client.workflow.getHandle(orderWorkflowId(orderId));
    const deadline = Date.now() + UPDATE_TIMEOUT_MS;
    for (;;) {
      try {
        return await unlessEnded(async () => {
          await client.withDeadline(deadline, () =>
            handle.executeUpdate(name, { args: [argument], updateId: requestId }),
          );
          return 'DONE' as const;
        });
      } catch (error) {
        if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'PENDING';
        if (error instanceof WorkflowUpdateFailedError) return rejectionOf(error);
        if (!isTaskThrownAway(error)) throw error;
        if (Date.now() >= deadline)
          throw new HubError('TEMPORAL_UNAVAILABLE', {}, { cause: error });
        await sleep(RESEND_UPDATE_MS);
      }
    }
  }

  async function cancelOrder(
    orderId: string,
    requestId: string,
    operator?: OperatorRequest,
  ): Promise<'DONE' | 'PENDING' | 'NOT_RUNNING'> {
    const actor = operator?.operator ?? 'client';
    const outcome = await update(CANCEL_UPDATE, orderId, requestId, actor).catch(
      (error: unknown) => {
        // The server throws the workflow's tasks away, as while its worker is being replaced: a
        // signal needs none of them.
        if (error instanceof HubError && error.code === 'TEMPORAL_UNAVAILABLE')
          return 'PENDING' as const;
        throw error;
      },
    );
    if (outcome !== 'PENDING') return outcome === 'REJECTED' ? 'NOT_RUNNING' : outcome;
    // An update that no worker has taken up yet can be lost with the server's memory. A signal that
    // was taken is not.
    return (await requestCancel(orderId, actor)) === 'DELIVERED' ? 'PENDING' : 'NOT_RUNNING';
  }

  const requestCancel = (orderId: string, actor: string): Promise<Delivery> =>
    unlessEnded(async () => {
      const handle = client.workflow.getHandle(orderWorkflowId(orderId));
      await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
        handle.signal(REQUEST_CANCEL_SIGNAL, actor),
      );
      return 'DELIVERED' as const;
    });

  async function reportExecutions(
    orderId: string,
    reports: readonly ExecutionReport[],
  ): Promise<Delivery> {
    return unlessEnded(async () => {
      await client.workflow
        .getHandle(orderWorkflowId(orderId))
        .signal(EXECUTION_REPORTS_SIGNAL, reports);
      return 'DELIVERED' as const;
    });
  }

  async function findWorkflow(orderId: string): Promise<'RUNNING' | 'ENDED' | null> {
    const described = await unlessEnded(() =>
      client.workflow.getHandle(orderWorkflowId(orderId)).describe(),
    );
    if (described === 'NOT_RUNNING') return null;
    return described.status.name === 'RUNNING' ? 'RUNNING' : 'ENDED';
  }

  async function* listRunning(): AsyncGenerator<string> {
    const query = `WorkflowType = '${ORDER_WORKFLOW}' and ExecutionStatus = 'Running'`;
    for await (const { workflowId } of client.workflow.list({ query, pageSize: LIST_PAGE }))
      yield orderIdOf(workflowId);
  }

  const bounded = <T>(call: () => Promise<T>): Promise<T> =>
    guardTemporal(() => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call));

  return {
    startOrder: (submission) => bounded(() => startOrder(submission)),
    restartOrder: (submission) =>
      bounded(async () => void (await start(submission, 'ALLOW_DUPLICATE'))),
    abandonOrder: (orderId) => bounded(() => abandonOrder(orderId)),
    cancelOrder: (orderId, requestId, operator) =>
      guardTemporal(() => cancelOrder(orderId, requestId, operator)),
    requestCancel: (orderId, actor) => guardTemporal(() => requestCancel(orderId, actor)),
    replaceOrder: (orderId, requestId, replacement) =>
      guardTemporal(() => update(REPLACE_UPDATE, orderId, requestId, replacement)),
    retryOrder: (orderId, requestId, request) =>
      guardTemporal(() => update(RETRY_NOW_UPDATE, orderId, requestId, request)),
    failOrder: (orderId, requestId, request) =>
      guardTemporal(() => update(FAIL_UPDATE, orderId, requestId, request)),
    reportExecutions: (orderId, reports) => bounded(() => reportExecutions(orderId, reports)),
    findWorkflow: (orderId) => bounded(() => findWorkflow(orderId)),
    listRunning,
  };
}

function rejectionOf({ cause }: WorkflowUpdateFailedError): 'REJECTED' {
  const code = cause instanceof ApplicationFailure ? cause.type : null;
  if (code && PASSED_ON.has(code)) throw new HubError(code as ErrorCode);
  return 'REJECTED';
}
