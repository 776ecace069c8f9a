import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Order } from '../../contracts/orders/order.ts';
import {
  EXECUTION_WORKFLOW,
  type OperatorRequest,
  RETRY_NOW_UPDATE,
} from '../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { type Answer, buyLimit, buyMarket, type ProblemBody } from '../support/e2e-client.ts';
import { healStack } from '../support/e2e-recovery.ts';
import { waitUntilAtRest } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';

const PLENTY = 100_000;
const AWAY_MS = 3_000;
const END_MS_MAX = 90_000;
/**
 * Longer than a caller waits for the venue (0.8 s), so that it acts on what its caller has given
 * up.
 */
const TOO_LATE_MS = 2_500;

const IBM = { rests: '120.00', last: '127.50', crosses: '119.00' } as const;

let e2e: OwnE2eStack;
let move: MoveMarket;
let trader: Trader;

beforeAll(async () => {
  e2e = await startE2eStack({ marketData: MANUAL_MARKET_ENTRY });
  move = createMoveMarket(e2e.stack.urls.marketData, PLENTY);
});

afterAll(() => e2e?.stop());

beforeEach(async () => {
  trader = await e2e.createTrader();
});

/**
 * Whatever was broken is mended, what still rests is canceled, and hub and venue say the same of
 * every order.
 */
afterEach(async () => {
  await healStack(e2e);
  await move('IBM', IBM.last);
  const open = await e2e.hub<{ id: string }[]>`
    select id from orders where account_id = ${trader.account.accountId} and status in ('NEW', 'PARTIALLY_FILLED')`;
  for (const { id } of open) await trader.cancel(id);
  await waitUntilAtRest(e2e, END_MS_MAX);
  await expectBooksInOrder(e2e);
  expect(await e2e.hub`select 1 from holds where remaining > 0`).toHaveLength(0);
  expect(await e2e.hub`select kind, key, details from breaks`).toEqual([]);
});

const venueProcess = () => e2e.stack.processes['paper-broker'];

async function rest(quantity = '10'): Promise<Order> {
  const { body, status, text } = await trader.submit(buyLimit('IBM', quantity, IBM.rests));
  expect(status, text).toBe(202);
  return trader.waitForOrder(body.id, (order) => order.status === 'NEW');
}

const replace = (
  id: string,
  terms: object,
  key: string = randomUUID(),
): Promise<Answer<Order & ProblemBody>> =>
  trader.send('PATCH', `/v1/orders/${id}`, { body: terms, headers: { 'Idempotency-Key': key } });

/**
 * The venue's own word for an order, however the hub came to know of it; `null` when it has none.
 */
async function statusThere(orderId: string): Promise<string | null> {
  const [row] = await e2e.venue<
    { status: string }[]
  >`select status from orders where client_order_id = ${orderId}`;
  return row?.status ?? null;
}

const waitUntilThere = (orderId: string, status: string): Promise<void> =>
  waitUntil(async () => (await statusThere(orderId)) === status, {
    timeoutMs: 20_000,
    everyMs: 20,
    message: `not ${status} at the venue`,
  });

async function beAway(): Promise<void> {
  await venueProcess()?.kill('SIGKILL');
  await sleep(AWAY_MS);
}

async function expectFilledOnce(orderId: string, quantity: string): Promise<void> {
  expect(await trader.waitForEnd(orderId, END_MS_MAX)).toMatchObject({
    status: 'FILLED',
    filledQuantity: quantity,
  });
  expect((await trader.listExecutions(orderId)).map((execution) => execution.quantity)).toEqual([
    quantity,
  ]);
  const there = await e2e.venue`select 1 from orders where client_order_id = ${orderId}`;
  expect(there).toHaveLength(1);
}

it('books a fill once that the venue made before it lost the answers and went away', async () => {
  await e2e.setFault({ mode: 'LOSE_ANSWER' });
  const { body: order } = await trader.submit(buyMarket('IBM', '10'));
  await waitUntilThere(order.id, 'FILLED');
  await beAway();
  expect(await trader.getOrder(order.id)).toMatchObject({
    status: 'PENDING_NEW',
    filledQuantity: '0',
  });
  await venueProcess()?.start();
  await expectFilledOnce(order.id, '10');
});

it('places an order once that the venue did not get, once or twice', async () => {
  for (const calls of [1, 2]) {
    await e2e.setFault({ mode: 'DOWN', target: 'PLACE_ORDER', calls });
    const { body: order } = await trader.submit(buyMarket('IBM', '10'));
    await expectFilledOnce(order.id, '10');
  }
});

it('places an order once that it sent while the venue was away', async () => {
  await venueProcess()?.kill('SIGKILL');
  const { body: order } = await trader.submit(buyMarket('IBM', '10'));
  await sleep(AWAY_MS);
  expect(await trader.getOrder(order.id)).toMatchObject({
    status: 'PENDING_NEW',
    filledQuantity: '0',
  });
  await venueProcess()?.start();
  await expectFilledOnce(order.id, '10');
});

it('has an order at the venue once that the venue took long after its caller had given up', async () => {
  await e2e.setFault({ mode: 'SLOW', target: 'PLACE_ORDER', delayMs: TOO_LATE_MS, calls: 1 });
  const { body: order } = await trader.submit(buyMarket('IBM', '10'));
  await expectFilledOnce(order.id, '10');
  await sleep(TOO_LATE_MS);
  await expectFilledOnce(order.id, '10');
});

it('leaves nothing at work at the venue of an order that was canceled before the venue took it', async () => {
  await e2e.setFault({ mode: 'SLOW', target: 'PLACE_ORDER', delayMs: TOO_LATE_MS });
  const { body: order } = await trader.submit(buyLimit('IBM', '10', IBM.rests));
  await sleep(1_200);
  expect(await trader.cancel(order.id)).toMatchObject({ status: 202 });
  expect(await trader.waitForEnd(order.id, END_MS_MAX)).toMatchObject({
    status: 'CANCELED',
    filledQuantity: '0',
  });
  await sleep(2 * TOO_LATE_MS);
  const isIdle = async () => ['CANCELED', null].includes(await statusThere(order.id));
  await waitUntil(isIdle, {
    timeoutMs: 30_000,
    everyMs: 200,
    message: 'a canceled order is at work at the venue',
  });
});

it.each([1, 3])(
  'cancels once when the venue acts and loses %i answers to the cancel',
  async (calls) => {
    const { id } = await rest();
    await e2e.setFault({ mode: 'LOSE_ANSWER', target: 'CANCEL_ORDER', calls });
    expect(await trader.cancel(id)).toMatchObject({ status: 202 });
    expect(await trader.waitForEnd(id, END_MS_MAX)).toMatchObject({
      status: 'CANCELED',
      filledQuantity: '0',
    });
    expect(await trader.getBalance()).toMatchObject({ heldCash: '0.00', buyingPower: '100000.00' });
  },
);

it('learns of a cancel whose answer was lost before the venue went away', async () => {
  const { id } = await rest();
  await e2e.setFault({ mode: 'LOSE_ANSWER' });
  const canceling = trader.cancel(id);
  await waitUntilThere(id, 'CANCELED');
  await beAway();
  expect(await canceling).toMatchObject({ status: 202, body: { status: 'PENDING_CANCEL' } });
  await venueProcess()?.start();
  expect(await trader.waitForEnd(id, END_MS_MAX)).toMatchObject({
    status: 'CANCELED',
    filledQuantity: '0',
  });
});

it('books the fill that comes while no cancel gets through', async () => {
  const { id } = await rest();
  await e2e.setFault({ mode: 'DOWN', target: 'CANCEL_ORDER' });
  const canceling = trader.cancel(id);
  await trader.waitForOrder(id, ({ status }) => status === 'PENDING_CANCEL');
  await move('IBM', IBM.crosses);
  await expectFilledOnce(id, '10');
  expect(await canceling).toMatchObject({ status: 409, body: { code: 'ORDER_NOT_CANCELABLE' } });
});

/** The venue works the replacement in the original's place; each order is there once. */
async function expectReplacedOnce(original: Order, replacementId: string): Promise<void> {
  expect(await trader.waitForEnd(original.id, END_MS_MAX)).toMatchObject({
    status: 'REPLACED',
    replacedBy: replacementId,
  });
  const isWorking = ({ status }: Order) => status === 'NEW';
  expect(await trader.waitForOrder(replacementId, isWorking, END_MS_MAX)).toMatchObject({
    replaces: original.id,
    quantity: '12',
  });
  const there = await e2e.venue<{ replaces: string | null; status: string }[]>`
    select replaces, status from orders where client_order_id in ${e2e.venue([original.id, replacementId])} order by first_sequence`;
  expect(there).toEqual([
    { replaces: null, status: 'REPLACED' },
    { replaces: original.id, status: 'NEW' },
  ]);
  expect(await trader.getBalance()).toMatchObject({ heldCash: '1452.00', buyingPower: '98548.00' });
}

it.each([1, 3])(
  'replaces once when the venue acts and loses %i answers to the replace',
  async (calls) => {
    const original = await rest();
    await e2e.setFault({ mode: 'LOSE_ANSWER', target: 'REPLACE_ORDER', calls });
    const answer = await replace(original.id, { quantity: '12', limitPrice: '121.00' });
    expect(answer.status, answer.text).toBe(202);
    await expectReplacedOnce(original, answer.body.id);
  },
);

it('replaces once when the venue did not get the replace at first', async () => {
  const original = await rest();
  await e2e.setFault({ mode: 'DOWN', target: 'REPLACE_ORDER', calls: 3 });
  const answer = await replace(original.id, { quantity: '12', limitPrice: '121.00' });
  expect(answer.status, answer.text).toBe(202);
  await expectReplacedOnce(original, answer.body.id);
});

/**
 * The fills that came before the replacement had its place wait minutes for their next attempt by
 * then.
 */
async function retryLateExecutions(): Promise<void> {
  const running = `WorkflowType = '${EXECUTION_WORKFLOW}' and ExecutionStatus = 'Running'`;
  for await (const { workflowId } of e2e.temporal.workflow.list({ query: running })) {
    const request: OperatorRequest = {
      operator: 'user/test',
      reason: 'the replacement has taken its place',
    };
    const retrying = e2e.temporal.workflow
      .getHandle(workflowId)
      .executeUpdate(RETRY_NOW_UPDATE, { args: [request] });
    await retrying.catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  }
}

it('learns of a replace whose answer was lost before the venue went away, and of the fill that followed', async () => {
  const original = await rest();
  await e2e.setFault({ mode: 'LOSE_ANSWER' });
  const replacing = replace(original.id, { quantity: '12', limitPrice: '121.00' });
  await waitUntilThere(original.id, 'REPLACED');
  await move('IBM', IBM.crosses);
  const { body: replacement } = await replacing;
  await waitUntilThere(replacement.id, 'FILLED');
  await beAway();
  expect(await trader.getOrder(original.id)).toMatchObject({ status: 'PENDING_REPLACE' });
  expect(await trader.getOrder(replacement.id)).toMatchObject({
    status: 'PENDING_NEW',
    filledQuantity: '0',
  });
  await venueProcess()?.start();
  expect(await trader.waitForEnd(original.id, END_MS_MAX)).toMatchObject({
    status: 'REPLACED',
    filledQuantity: '0',
  });
  await expectFilledOnce(replacement.id, '12');
  await retryLateExecutions();
});

it('asks the venue before it believes that a replacement whose original is gone can be canceled here', async () => {
  const original = await rest();
  const answer = await replace(original.id, { quantity: '12', limitPrice: '121.00' });
  await trader.waitForEnd(original.id);
  await beAway();
  await trader.cancel(answer.body.id);
  expect(await trader.getOrder(answer.body.id)).toMatchObject({ status: 'PENDING_CANCEL' });
  await venueProcess()?.start();
  expect(await trader.waitForEnd(answer.body.id, END_MS_MAX)).toMatchObject({ status: 'CANCELED' });
  expect(await statusThere(answer.body.id)).toBe('CANCELED');
});

/**
 * A fill that only the venue knows of: its report does not come through, and none follows that
 * would show the gap.
 */
async function fillUnheard(order: Order, shares: number, statusAfter: string): Promise<void> {
  await e2e.setFault({ mode: 'DROP_REPORTS', calls: 1 });
  await move('IBM', IBM.crosses, shares, false);
  await waitUntilThere(order.id, statusAfter);
  await move('IBM', IBM.last);
  expect(await trader.getOrder(order.id)).toMatchObject({ status: 'NEW', filledQuantity: '0' });
}

it('leaves the original filled when the rejection of the replace is lost', async () => {
  const original = await rest();
  await fillUnheard(original, 10, 'FILLED');
  await e2e.setFault({ mode: 'LOSE_ANSWER', target: 'REPLACE_ORDER', calls: 1 });
  const answer = await replace(original.id, { quantity: '12', limitPrice: '121.00' });
  expect(answer, answer.text).toMatchObject({ status: 422, body: { code: 'REPLACE_REJECTED' } });
  await expectFilledOnce(original.id, '10');
  expect(await trader.getOrder(answer.body.orderId ?? '')).toMatchObject({
    status: 'REJECTED',
    filledQuantity: '0',
  });
  expect(await statusThere(answer.body.orderId ?? '')).toBeNull();
});

it('gives the original back what it had when the rejection of the replace is lost', async () => {
  const original = await rest();
  await fillUnheard(original, 6, 'PARTIALLY_FILLED');
  await e2e.setFault({ mode: 'LOSE_ANSWER', target: 'REPLACE_ORDER', calls: 1 });
  const answer = await replace(original.id, { quantity: '5' });
  expect(answer, answer.text).toMatchObject({ status: 422, body: { code: 'REPLACE_REJECTED' } });
  const restored = ({ status }: Order) => status === 'PARTIALLY_FILLED';
  expect(await trader.waitForOrder(original.id, restored, END_MS_MAX)).toMatchObject({
    filledQuantity: '6',
    leavesQuantity: '4',
  });
  // A cent may stay for what partial fills round.
  expect((await trader.getBalance()).heldCash).toMatch(/^480\.0[01]$/);
});

it('replaces once when worker and Temporal die after the venue has acted', async () => {
  const original = await rest();
  await e2e.setFault({ mode: 'LOSE_ANSWER' });
  const key = randomUUID();
  const replacing = replace(original.id, { quantity: '12', limitPrice: '121.00' }, key).catch(
    () => null,
  );
  await waitUntilThere(original.id, 'REPLACED');
  await e2e.stack.processes.workers?.kill('SIGKILL');
  await e2e.stack.services.temporal?.kill('SIGKILL');
  await replacing;
  await e2e.stack.services.temporal?.start();
  await e2e.stack.processes.workers?.start();
  await healStack(e2e);
  const answer = await replace(original.id, { quantity: '12', limitPrice: '121.00' }, key);
  expect(answer.status, answer.text).toBe(202);
  await expectReplacedOnce(original, answer.body.id);
});

it('replaces once when worker and Temporal die before the venue has heard of it', async () => {
  const original = await rest();
  await e2e.setFault({ mode: 'DOWN', target: 'REPLACE_ORDER' });
  const key = randomUUID();
  const replacing = replace(original.id, { quantity: '12', limitPrice: '121.00' }, key).catch(
    () => null,
  );
  await trader.waitForOrder(original.id, ({ status }) => status === 'PENDING_REPLACE');
  await e2e.stack.processes.workers?.kill('SIGKILL');
  await e2e.stack.services.temporal?.kill('SIGKILL');
  await replacing;
  await e2e.stack.services.temporal?.start();
  await e2e.stack.processes.workers?.start();
  await healStack(e2e);
  const answer = await replace(original.id, { quantity: '12', limitPrice: '121.00' }, key);
  expect(answer.status, answer.text).toBe(202);
  await expectReplacedOnce(original, answer.body.id);
});
