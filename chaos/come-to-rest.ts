import { setTimeout as sleep } from 'node:timers/promises';
import { orderWorkflowId } from '../contracts/ids.ts';
import { RETRY_NOW_UPDATE } from '../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../dev/wait-until.ts';
import { isOpen, type OrderStatus } from '../domain/orders/order.ts';
import type { E2eClient } from '../test/support/e2e-client.ts';
import type { ChaosStack } from './chaos-stack.ts';
import type { ChaosTrader } from './chaos-traders.ts';

/** How the orders came to their end once all troubles were over. */
export interface Rest {
  /** Open when the last trouble was over. */
  openBefore: number;
  /** Resting orders that their clients canceled. */
  canceled: number;
  /** Times that an operator asked for an attempt that was due minutes later. */
  hurried: number;
  tookMs: number;
  /** Orders that an operator has to look at. */
  suspended: number;
}

interface OpenOrder {
  id: string;
  account_id: string;
  status: OrderStatus;
  is_acknowledged: boolean;
}

const REPORTS_MS_MAX = 60_000;
const REST_MS_MAX = 600_000;
const CLOSE_MS_MAX = 120_000;
const ASK_EVERY_MS = 5_000;
const RUNNING = "WorkflowType in ('order', 'execution') and ExecutionStatus = 'Running'";

/**
 * Waits until the venue's last word has been heard, has the clients cancel what rests, and an
 * operator try again now what waits for a retry. Throws a sentence with what does not come to rest.
 */
export async function comeToRest(
  stack: ChaosStack,
  traders: readonly ChaosTrader[],
  operator: E2eClient,
): Promise<Rest> {
  const startedAt = performance.now();
  const openBefore = (await readOpen(stack)).length;
  await waitForReports(stack);
  const canceled = new Set<string>();
  let hurried = 0;
  for (;;) {
    const open = (await readOpen(stack)).filter(({ status }) => status !== 'SUSPENDED');
    if (open.length === 0) break;
    if (performance.now() > startedAt + REST_MS_MAX)
      throw new Error(`orders do not come to rest: ${JSON.stringify(open)}`);
    for (const order of open) {
      if (order.is_acknowledged) {
        const trader = traders.find(({ account }) => account.accountId === order.account_id);
        if ((await trader?.cancel(order.id))?.status === 202) canceled.add(order.id);
      } else if (
        (
          await operator.send('POST', `/v1/admin/orders/${order.id}/retry`, {
            body: { reason: 'all is well again' },
          })
        ).status === 202
      ) {
        hurried += 1;
      }
    }
    await sleep((await readOpen(stack)).length === 0 ? 0 : ASK_EVERY_MS);
  }
  hurried += await closeWorkflows(stack);
  const suspended = (await readOpen(stack)).length;
  return {
    openBefore,
    canceled: canceled.size,
    hurried,
    suspended,
    tookMs: performance.now() - startedAt,
  };
}

async function readOpen({ hub }: ChaosStack): Promise<OpenOrder[]> {
  const orders = await hub<
    OpenOrder[]
  >`select id, account_id, status, new_at is not null as is_acknowledged from orders`;
  return orders.filter(({ status }) => isOpen(status));
}

/** Orders that the venue has ended and that are open here. */
async function findUnheard(stack: ChaosStack): Promise<string[]> {
  const open = new Set(
    (await readOpen(stack)).filter((order) => order.is_acknowledged).map(({ id }) => id),
  );
  const atVenue = await stack.venue<
    { id: string; status: OrderStatus }[]
  >`select client_order_id as id, status from orders`;
  return atVenue.filter(({ id, status }) => open.has(id) && !isOpen(status)).map(({ id }) => id);
}

async function waitForReports(stack: ChaosStack): Promise<void> {
  let unheard = await findUnheard(stack);
  const isHeard = async () => {
    unheard = await findUnheard(stack);
    return unheard.length === 0;
  };
  await waitUntil(isHeard, { timeoutMs: REPORTS_MS_MAX, everyMs: 250, message: 'late' }).catch(
    (error: unknown) => {
      throw new Error(
        `orders that ended at the venue are open here after ${REPORTS_MS_MAX} ms: ${unheard.join(', ')}`,
        { cause: error },
      );
    },
  );
}

/**
 * An attempt whose worker died can have closed the order all the same; its workflow learns of it
 * with the next attempt, which is minutes away. An operator asks for it now. Returns how often.
 */
async function closeWorkflows(stack: ChaosStack): Promise<number> {
  let asked = 0;
  const areClosed = async () => {
    const open = new Set((await readOpen(stack)).map(({ id }) => orderWorkflowId(id)));
    const running: string[] = [];
    for await (const { workflowId } of stack.temporal.workflow.list({ query: RUNNING }))
      running.push(workflowId);
    const left = running.filter((workflowId) => !open.has(workflowId));
    for (const workflowId of left) {
      const answer = await stack.temporal.workflow
        .getHandle(workflowId)
        .executeUpdate(RETRY_NOW_UPDATE, {
          args: [{ operator: 'user/chaos', reason: 'its order is closed' }],
        })
        .catch((error: unknown) => error);
      if (!(answer instanceof Error)) asked += 1;
    }
    return left.length === 0;
  };
  await waitUntil(areClosed, {
    timeoutMs: CLOSE_MS_MAX,
    everyMs: 2_000,
    message: 'workflows of closed orders still run after two minutes',
  });
  return asked;
}
