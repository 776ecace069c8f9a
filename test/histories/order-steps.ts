import { randomUUID } from 'node:crypto';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { Order } from '../../contracts/orders/order.ts';
import type { OrderStanding, Waiting } from '../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { isOpen, type OrderStatus } from '../../domain/orders/order.ts';
import {
  type Answer,
  buyLimit,
  type OrderRequest,
  type ProblemBody,
} from '../support/e2e-client.ts';
import { askStanding } from '../support/e2e-rest.ts';
import type { Trader } from '../support/e2e-stack.ts';
import type { PlayedWorkflow } from './scenario.ts';
import type { Stage } from './stage.ts';

const PATIENCE_MS = 60_000;

/**
 * Of IBM in USD: the usual price, one at which a buyer's order rests, and one at which it is
 * filled.
 */
export const IBM = { last: '127.50', rests: '120.00', crosses: '119.00' } as const;

/**
 * Of the four other types, in their order of the enum, what a request has besides {@link
 * OrderRequest}.
 */
export type AnyOrderRequest = Omit<OrderRequest, 'type'> & {
  type: Order['type'];
  stopPrice?: string;
  trailPercent?: string;
};

export const workflowOf = (orderId: string, label = 'order'): PlayedWorkflow => ({
  label,
  workflowId: orderWorkflowId(orderId),
});

/** Sends an order, which must be accepted. */
export async function submit(trader: Trader, request: AnyOrderRequest): Promise<Order> {
  const { status, body, text } = await trader.send<Order>('POST', '/v1/orders', { body: request });
  if (status !== 202) throw new Error(`the order was not accepted: ${status} ${text}`);
  return body;
}

export const waitForStatus = (
  trader: Trader,
  orderId: string,
  wished: OrderStatus,
): Promise<Order> => trader.waitForOrder(orderId, ({ status }) => status === wished, PATIENCE_MS);

/** Buys 10 shares of IBM below the market: the order is at work at the venue. */
export async function rest(trader: Trader, over: Partial<OrderRequest> = {}): Promise<Order> {
  const order = await submit(trader, buyLimit('IBM', '10', IBM.rests, over));
  return waitForStatus(trader, order.id, 'NEW');
}

/**
 * Moves the market to {@link IBM}.crosses, with so many shares once, until the order has filled
 * that much; then back.
 */
export async function fill(
  stage: Stage,
  trader: Trader,
  order: Order,
  shares: number,
  filledQuantity: string,
): Promise<void> {
  await stage.move(order.symbol, IBM.crosses, shares, false);
  await trader.waitForOrder(order.id, (now) => now.filledQuantity === filledQuantity, PATIENCE_MS);
  await stage.move(order.symbol, IBM.last);
}

export const replaceOrder = (
  trader: Trader,
  id: string,
  terms: object,
): Promise<Answer<Order & ProblemBody>> =>
  trader.send('PATCH', `/v1/orders/${id}`, {
    body: terms,
    headers: { 'Idempotency-Key': randomUUID() },
  });

/** Waits until the order's workflow says so of its wait. */
export async function waitForWait(
  stage: Stage,
  orderId: string,
  isIt: (waiting: Waiting, standing: OrderStanding) => boolean,
): Promise<void> {
  const hasCome = async (): Promise<boolean> => {
    const standing = await askStanding(stage.e2e, orderId);
    return standing?.waiting != null && isIt(standing.waiting, standing);
  };
  await waitUntil(hasCome, {
    timeoutMs: PATIENCE_MS,
    everyMs: 100,
    message: `order ${orderId} does not come to wait so`,
  });
}

export const waitForFailures = (stage: Stage, orderId: string, failures: number): Promise<void> =>
  waitForWait(
    stage,
    orderId,
    (waiting) => waiting.failures >= failures || waiting.for === 'OPERATOR',
  );

/** Asks as an operator; 409 says that it was no longer possible. */
export async function interfere(
  stage: Stage,
  orderId: string,
  action: 'retry' | 'fail' | 'cancel',
): Promise<202 | 409> {
  const { status, text } = await stage.operator.send(
    'POST',
    `/v1/admin/orders/${orderId}/${action}`,
    {
      body: { reason: stage.request.reason },
    },
  );
  if (status !== 202 && status !== 409)
    throw new Error(`${action} was answered with ${status} ${text}`);
  return status;
}

/**
 * Ends the waits of an order until it is closed: the venue may be believed away for a moment after
 * it has come back.
 */
export async function retryUntilClosed(
  stage: Stage,
  trader: Trader,
  orderId: string,
): Promise<Order> {
  const isClosed = async (): Promise<boolean> => {
    if (!isOpen((await trader.getOrder(orderId)).status)) return true;
    await interfere(stage, orderId, 'retry');
    return !isOpen((await trader.getOrder(orderId)).status);
  };
  await waitUntil(isClosed, {
    timeoutMs: PATIENCE_MS,
    everyMs: 200,
    message: `order ${orderId} is not closed by retries`,
  });
  return trader.getOrder(orderId);
}

export async function cancelAndWait(trader: Trader, orderId: string): Promise<void> {
  const { status, text } = await trader.cancel(orderId);
  if (status !== 202) throw new Error(`the cancel was answered with ${status} ${text}`);
  await waitForStatus(trader, orderId, 'CANCELED');
}

/** Waits until the order's workflow has ended, however it did. */
export async function waitForWorkflowEnd(stage: Stage, workflowId: string): Promise<void> {
  const isOver = async () =>
    (await stage.e2e.temporal.workflow.getHandle(workflowId).describe()).status.name !== 'RUNNING';
  await waitUntil(isOver, {
    timeoutMs: PATIENCE_MS,
    everyMs: 30,
    message: `${workflowId} has not ended`,
  });
}

/**
 * Waits until the workflow waits for somebody else: nothing of it is under way but what tells by
 * heartbeats that it goes on for ever.
 */
export async function waitForRest(
  { e2e }: Stage,
  { workflowId, runId }: PlayedWorkflow,
): Promise<void> {
  const handle = e2e.temporal.workflow.getHandle(workflowId, runId);
  const isAtRest = async (): Promise<boolean> => {
    const { pendingWorkflowTask, pendingActivities } = (await handle.describe()).raw;
    return (
      !pendingWorkflowTask &&
      (pendingActivities ?? []).every(({ lastHeartbeatTime }) => lastHeartbeatTime)
    );
  };
  await waitUntil(isAtRest, {
    timeoutMs: PATIENCE_MS,
    everyMs: 40,
    message: `${workflowId} does not come to rest`,
  });
}
