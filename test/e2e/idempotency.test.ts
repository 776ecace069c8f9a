import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit, buyMarket } from '../support/e2e-client.ts';
import { readCounter } from '../support/e2e-rest.ts';
import { type E2eStack, leaseE2eStack, type Trader } from '../support/e2e-stack.ts';

const TIMES = 20;
const REPLAYED = 'Idempotency-Replayed';

let e2e: E2eStack;

beforeAll(async () => {
  e2e = await leaseE2eStack('usual');
});

afterAll(() => e2e?.stop());

async function countOrders(trader: Trader): Promise<number> {
  return (await e2e.hub`select 1 from orders where account_id = ${trader.account.accountId}`)
    .length;
}

/** How often the order is at the venue. */
async function countAtVenue(orderId: string): Promise<number> {
  return (await e2e.venue`select 1 from orders where client_order_id = ${orderId}`).length;
}

/** Runs of the order's workflow; what is visible comes a moment after it happened. */
async function countRuns(orderId: string): Promise<number> {
  const query = `WorkflowId = '${orderWorkflowId(orderId)}'`;
  const isVisible = async () => (await e2e.temporal.workflow.count(query)).count > 0;
  await waitUntil(isVisible, {
    timeoutMs: 20_000,
    message: 'the workflow of the order cannot be found',
  });
  return (await e2e.temporal.workflow.count(query)).count;
}

const sendAtOnce = <T>(send: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: TIMES }, send));

it('makes one order of the same request sent 20 times at once, and gives 20 equal answers', async () => {
  const trader = await e2e.createTrader();
  const answers = await sendAtOnce(() => trader.submit(buyMarket('AAPL', '10'), 'twenty'));
  expect(answers.map((answer) => answer.status)).toEqual(Array(TIMES).fill(202));
  expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  expect(new Set(answers.map((answer) => answer.headers.get('Location'))).size).toBe(1);
  expect(
    answers.filter((answer) => answer.headers.get(REPLAYED) === 'true').length,
  ).toBeGreaterThanOrEqual(TIMES - 1);

  const orderId = answers[0]?.body.id ?? '';
  await trader.waitForEnd(orderId);
  expect(await countOrders(trader)).toBe(1);
  expect(await countAtVenue(orderId)).toBe(1);
  expect(await countRuns(orderId)).toBe(1);
  expect((await trader.getPosition('AAPL')).quantity).toBe('10');
});

it('answers with the first answer long after the order has moved on', async () => {
  const trader = await e2e.createTrader();
  const first = await trader.submit(buyMarket('MSFT', '10'), 'again');
  await trader.waitForEnd(first.body.id);
  const again = await trader.submit(buyMarket('MSFT', '10'), 'again');
  expect(again).toMatchObject({ status: 202, text: first.text });
  expect(again.headers.get(REPLAYED)).toBe('true');
  expect(first.headers.get(REPLAYED)).toBeNull();
  expect(await countOrders(trader)).toBe(1);
});

it('rejects the same key with another request and changes nothing', async () => {
  const trader = await e2e.createTrader();
  const { body: order } = await trader.submit(buyLimit('AAPL', '10', '150.00'), 'mine');
  const other = await trader.submit(buyLimit('AAPL', '11', '150.00'), 'mine');
  expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  expect(await countOrders(trader)).toBe(1);
  expect(await trader.getBalance()).toMatchObject({ heldCash: '1500.00', buyingPower: '98500.00' });
  await trader.cancel(order.id);
});

it('takes two spellings of one quantity and one price for the same request', async () => {
  const trader = await e2e.createTrader();
  const { text } = await trader.submit(buyLimit('AAPL', '1.5', '150.00'), 'spelled');
  const again = await trader.submit(buyLimit('AAPL', '1.50', '150'), 'spelled');
  expect({ status: again.status, text: again.text, replayed: again.headers.get(REPLAYED) }).toEqual(
    {
      status: 202,
      text,
      replayed: 'true',
    },
  );
  expect(await countOrders(trader)).toBe(1);
  await trader.cancel(again.body.id);
});

it('takes one clientOrderId under three keys for a mistake: no step and no workflow fails, and a declined key is still good', async () => {
  const trader = await e2e.createTrader();
  const stepFailures = () =>
    readCounter(e2e.stack.urls.workersMetrics, 'order_step_failures_total');
  const before = await stepFailures();
  const request = { ...buyMarket('IBM', '1'), clientOrderId: 'thrice' };
  const { body: order } = await trader.submit(request, 'thrice-0');
  for (const key of ['thrice-1', 'thrice-2', 'thrice-3']) {
    expect(await trader.submit(request, key)).toMatchObject({
      status: 422,
      body: { code: 'CLIENT_ORDER_ID_REUSED' },
    });
  }
  const free = await trader.submit({ ...request, clientOrderId: 'another' }, 'thrice-1');
  expect(free.status).toBe(202);
  expect((await trader.waitForEnd(order.id)).status).toBe('FILLED');
  expect((await trader.waitForEnd(free.body.id)).status).toBe('FILLED');
  const ofTrader = `AccountId = '${trader.account.accountId}'`;
  const isQuiet = async () =>
    (await e2e.temporal.workflow.count(`${ofTrader} and ExecutionStatus = 'Running'`)).count === 0;
  await waitUntil(isQuiet, { timeoutMs: 20_000, message: 'a workflow of the trader still runs' });
  expect(
    (await e2e.temporal.workflow.count(`${ofTrader} and ExecutionStatus = 'Failed'`)).count,
  ).toBe(0);
  expect(await stepFailures()).toBe(before);
  expect(await countOrders(trader)).toBe(2);
});

it('takes the clientOrderId as the key where none is sent', async () => {
  const trader = await e2e.createTrader();
  const request = { ...buyMarket('IBM', '1'), clientOrderId: 'client-1' };
  const answers = await sendAtOnce(() => trader.submit(request));
  expect(answers.map((answer) => answer.status)).toEqual(Array(TIMES).fill(202));
  expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  expect(answers[0]?.body.clientOrderId).toBe('client-1');
  await trader.waitForEnd(answers[0]?.body.id ?? '');
  expect(await countOrders(trader)).toBe(1);
  expect(await trader.submit({ ...request, quantity: '2' })).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
  expect(await trader.submit(request, 'another-key')).toMatchObject({
    status: 422,
    body: { code: 'CLIENT_ORDER_ID_REUSED' },
  });
  expect(await countOrders(trader)).toBe(1);
});

it('keeps the keys of one account apart from those of another', async () => {
  const [one, other] = await e2e.createTraders(2);
  if (!one || !other) throw new Error('two traders were asked for');
  const first = await one.submit(buyMarket('FB', '3'), 'shared');
  const second = await other.submit(buyMarket('FB', '3'), 'shared');
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body.id).not.toBe(first.body.id);
  expect(second.headers.get(REPLAYED)).toBeNull();
  expect((await one.waitForEnd(first.body.id)).status).toBe('FILLED');
  expect((await other.waitForEnd(second.body.id)).status).toBe('FILLED');
});

it('makes two orders of two requests without a key', async () => {
  const trader = await e2e.createTrader();
  const answers = await Promise.all([
    trader.submit(buyMarket('FB', '1')),
    trader.submit(buyMarket('FB', '1')),
  ]);
  for (const answer of answers) await trader.waitForEnd(answer.body.id);
  expect((await trader.getPosition('FB')).quantity).toBe('2');
});

it('gives a rejection again as the same rejection, also when the order would pass by now', async () => {
  const trader = await e2e.createTrader('10.00');
  const answers = await sendAtOnce(() => trader.submit(buyMarket('AAPL', '10'), 'rejected'));
  expect(answers.map((answer) => answer.status)).toEqual(Array(TIMES).fill(422));
  expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  const [first] = answers;
  expect(first?.body).toMatchObject({
    code: 'INSUFFICIENT_BUYING_POWER',
    facts: { available: '10.00' },
  });
  expect(
    answers.filter((answer) => answer.headers.get(REPLAYED) === 'true').length,
  ).toBeGreaterThanOrEqual(TIMES - 1);

  await e2e.hub.begin(async (tx) => {
    const { accountId } = trader.account;
    const transfer = {
      key: `deposit/test/more/${accountId}`,
      code: 'DEPOSIT',
      debit: 'DEPOSITS',
      credit: 'CASH_SETTLED',
      asset: 'USD',
      amount: '90000.00',
    };
    await tx`select post_transfers(${accountId}, null, null, ${tx.json([transfer])})`;
    await tx`update accounts set buying_power = buying_power + 90000 where id = ${accountId}`;
  });
  const again = await trader.submit(buyMarket('AAPL', '10'), 'rejected');
  expect({ status: again.status, text: again.text }).toEqual({ status: 422, text: first?.text });
  const orderId = first?.body.orderId ?? '';
  expect(await trader.getOrder(orderId)).toMatchObject({
    status: 'REJECTED',
    rejectCode: 'INSUFFICIENT_BUYING_POWER',
  });
  expect(await countAtVenue(orderId)).toBe(0);
  const handle = e2e.temporal.workflow.getHandle(orderWorkflowId(orderId));
  await expect(handle.describe()).rejects.toThrow(WorkflowNotFoundError);
});

it('leaves books that add up', async () => {
  await expectBooksInOrder(e2e);
});
