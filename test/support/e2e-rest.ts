import { isTaskThrownAway } from '../../adapters/temporal/temporal-errors.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import {
  EXECUTION_WORKFLOW,
  ORDER_WORKFLOW,
  type OrderStanding,
  PROGRESS_QUERY,
} from '../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import type { E2eStack } from './e2e-stack.ts';
import { waitUntilAllClosed } from './trading-load.ts';

const REST_MS_MAX = 120_000;

/** Waits until no order is open and no workflow of an order or of a late execution runs. */
export async function waitUntilAtRest(e2e: E2eStack, timeoutMs = REST_MS_MAX): Promise<void> {
  await waitUntilAllClosed(e2e.hub, timeoutMs);
  const isAtRest = async (): Promise<boolean> => {
    const query = `WorkflowType in ('${ORDER_WORKFLOW}', '${EXECUTION_WORKFLOW}') and ExecutionStatus = 'Running'`;
    return (await e2e.temporal.workflow.count(query)).count === 0;
  };
  await waitUntil(isAtRest, {
    timeoutMs,
    everyMs: 250,
    message: `workflows still run ${timeoutMs} ms after all orders were closed`,
  });
}

/**
 * Where an order's workflow says that the order stands, and what it waits for; null before its
 * first task has finished: it can say nothing yet.
 */
export const askStanding = (e2e: E2eStack, orderId: string): Promise<OrderStanding | null> =>
  e2e.temporal.workflow
    .getHandle(orderWorkflowId(orderId))
    .query<OrderStanding | null>(PROGRESS_QUERY)
    .catch((error: unknown) => {
      // The server's WorkflowNotReady has the same code.
      if (isTaskThrownAway(error)) return null;
      throw error;
    });

/**
 * The value of a counter, all its series that carry these labels together; 0 while it was never
 * counted.
 */
export async function readCounter(
  baseUrl: string,
  name: string,
  ...labels: readonly string[]
): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(name) && labels.every((label) => line.includes(label)));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
