import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { orderWorkflowId } from '../../../contracts/ids.ts';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import type { OrderHistories } from '../../../contracts/orders/order-histories.ts';
import { type OrderStanding, PROGRESS_QUERY } from '../../../contracts/orders/workflow-messages.ts';
import { guardQuery } from '../temporal-errors.ts';

const CALL_TIMEOUT_MS = 5_000;
/** A google.rpc.Code. */
const NOT_FOUND = 5;

export function createOrderHistories(client: Client): OrderHistories {
  const handleOf = (orderId: string) => client.workflow.getHandle(orderWorkflowId(orderId));

  /** The first event alone. Each run of a chain, and one that was reset, begins with the same. */
  async function readSubmission(orderId: string): Promise<OrderSubmission | null> {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId: orderWorkflowId(orderId) },
      maximumPageSize: 1,
    });
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    const [submission] = started?.input?.payloads ?? [];
    return submission ? defaultPayloadConverter.fromPayload<OrderSubmission>(submission) : null;
  }

  /** A workflow that completed without an order returns `null`. */
  async function hasCompleted(orderId: string): Promise<boolean> {
    const { status } = await handleOf(orderId).describe();
    return status.name === 'COMPLETED' && (await handleOf(orderId).result()) !== null;
  }

  const unlessMissing = <T, Missing>(missing: Missing, call: () => Promise<T>) =>
    guardQuery(() =>
      client.withDeadline(Date.now() + CALL_TIMEOUT_MS, async (): Promise<T | Missing> => {
        try {
          return await call();
        } catch (error) {
          const isMissing =
            error instanceof WorkflowNotFoundError ||
            (isGrpcServiceError(error) && error.code === NOT_FOUND);
          if (isMissing) return missing;
          throw error;
        }
      }),
    );

  return {
    readSubmission: (orderId) => unlessMissing(null, () => readSubmission(orderId)),
    readStanding: (orderId) =>
      unlessMissing(null, () => handleOf(orderId).query<OrderStanding | null>(PROGRESS_QUERY)),
    hasCompleted: (orderId) => unlessMissing(false, () => hasCompleted(orderId)),
  };
}
