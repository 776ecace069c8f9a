import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { Position } from '../../contracts/portfolio/portfolio.ts';
import { freezeTree, thawTree } from '../../dev/process-tree.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { lockAccount } from '../support/e2e-account-lock.ts';
import {
  buyLimit,
  buyMarket,
  createE2eClient,
  type E2eClient,
  type ProblemBody,
} from '../support/e2e-client.ts';
import { healStack, readTrace, submitUntilAnswered, UNTOUCHED } from '../support/e2e-recovery.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import { sendUntil, waitUntilAllClosed } from '../support/trading-load.ts';
import { readPage } from '../support/workflow-page.ts';

/** The promise is 2 s; a shared machine gets more before the test says no. */
/**
 * As long as the API goes by the last quotes of a stream that stands but is silent, and a little
 * more.
 */
const QUOTE_FRESH_MS = 2_500;
const REJECTED_MS_MAX = 4_000;
/** After its submission nobody decides on an order any more. */
const ACCEPTED_WITHIN_MS = 10_000;

let e2e: OwnE2eStack;
let trader: Trader;
let operator: E2eClient;

beforeAll(async () => {
  e2e = await startE2eStack();
  const { account } = await e2e.createTrader();
  const tokens = createAccessTokens(e2e.stack.env.JWT_SECRET ?? '', Date.now);
  const token = await tokens.sign({ ...account.caller, roles: ['OPERATOR'] });
  operator = createE2eClient(e2e.stack.urls.api, token);
});

afterAll(() => e2e?.stop());

beforeEach(async () => {
  trader = await e2e.createTrader();
});

/** Whatever was broken is mended, every order ends, and the books of hub and venue add up. */
afterEach(async () => {
  await healStack(e2e);
  await waitUntilAllClosed(e2e.hub);
  await expectBooksInOrder(e2e);
});

async function expectBookedOnce(orderId: string, quantity: string): Promise<void> {
  const executions = await trader.listExecutions(orderId);
  expect(executions.map((execution) => execution.quantity)).toEqual([quantity]);
  expect(await e2e.venue`select 1 from orders where client_order_id = ${orderId}`).toHaveLength(1);
}

it('answers 503 within 2 s and holds nothing while market data is away', async () => {
  await e2e.stack.processes['market-data']?.kill('SIGKILL');
  const rejected = await trader.submit(buyMarket('AAPL', '10'), 'while-away');
  console.info(`503 after ${Math.round(rejected.tookMs)} ms without market data`);
  expect(rejected).toMatchObject({ status: 503, body: { code: 'MARKET_DATA_UNAVAILABLE' } });
  expect(rejected.headers.get('Retry-After')).toBe('1');
  expect(rejected.tookMs).toBeLessThan(REJECTED_MS_MAX);
  expect(await readTrace(e2e.hub, trader)).toEqual(UNTOUCHED);

  await e2e.stack.processes['market-data']?.start();
  const accepted = await submitUntilAnswered(trader, buyMarket('AAPL', '10'), 'while-away');
  expect(accepted.status).toBe(202);
  expect(await trader.waitForEnd(accepted.body.id)).toMatchObject({ status: 'FILLED' });
});

it('shows positions without their market value while market data is away', async () => {
  const { body: order } = await trader.submit(buyMarket('AAPL', '10'));
  await trader.waitForEnd(order.id);
  await e2e.stack.processes['market-data']?.kill('SIGKILL');
  const { status, body: position } = await trader.get<Position>('/v1/positions/AAPL');
  expect(status).toBe(200);
  expect(position).toMatchObject({
    quantity: '10',
    marketPrice: null,
    marketValue: null,
    unrealizedPnl: null,
  });
  expect((await trader.get('/v1/portfolio/summary')).body).toMatchObject({
    unpricedSymbols: ['AAPL'],
    totalMarketValue: '0.00',
  });
});

it('fails no request when Redis dies and comes back in mid-load', async () => {
  const traders = await e2e.createTraders(4);
  let isOver = false;
  const statuses: number[] = [];
  const load = traders.map(async (each) => {
    while (!isOver) {
      statuses.push((await each.submit(buyMarket('MSFT', '1'))).status);
      statuses.push((await each.get('/v1/market-data?symbols=AAPL,FB,GOOG,IBM,MSFT')).status);
      await sleep(20);
    }
  });
  await sleep(700);
  await e2e.stack.services.redis?.kill('SIGKILL');
  await sleep(1_500);
  await e2e.stack.services.redis?.start();
  await sleep(700);
  isOver = true;
  await Promise.all(load);
  expect(statuses.length).toBeGreaterThan(20);
  expect(statuses.filter((status) => status !== 200 && status !== 202)).toEqual([]);
});

it('books a fill once when the worker is killed between placing and booking', async () => {
  const unlucky = await e2e.createTrader();
  const url = e2e.stack.env.DATABASE_URL ?? '';
  // The worker stands still while the accounts are locked behind the decision; when it goes on it
  // places, and booking waits.
  await e2e.stack.processes.workers?.kill('SIGSTOP');
  const { body: written } = await trader.submit(buyMarket('AAPL', '10'));
  const { body: lost } = await unlucky.submit(buyMarket('AAPL', '7'));
  const lockOfWritten = await lockAccount(url, trader.account.accountId);
  const lockOfLost = await lockAccount(url, unlucky.account.accountId);
  await e2e.stack.processes.workers?.kill('SIGCONT');
  await lockOfWritten.waitForBlocked('hub-workers');
  await lockOfLost.waitForBlocked('hub-workers');
  await e2e.stack.processes.workers?.kill('SIGKILL');

  const atVenue = await e2e.venue<
    { status: string }[]
  >`select status from orders where client_order_id in ${e2e.venue([written.id, lost.id])}`;
  expect(atVenue.map((order) => order.status)).toEqual(['FILLED', 'FILLED']);
  expect(await trader.listExecutions(written.id)).toEqual([]);
  // One write is in Postgres and goes through without anybody to hear of it, the other is lost.
  await lockOfLost.dropBlocked();
  await lockOfLost.release();
  await lockOfWritten.release();
  await e2e.stack.processes.workers?.start();

  expect(await trader.waitForEnd(written.id)).toMatchObject({
    status: 'FILLED',
    filledQuantity: '10',
  });
  expect(await unlucky.waitForEnd(lost.id)).toMatchObject({
    status: 'FILLED',
    filledQuantity: '7',
  });
  await expectBookedOnce(written.id, '10');
  expect(await unlucky.listExecutions(lost.id)).toHaveLength(1);
  for (const { id } of [written, lost])
    await e2e.temporal.workflow.getHandle(orderWorkflowId(id)).result();
});

it.each([1, 6])('books once when the venue acts and loses %i answers', async (calls) => {
  await e2e.setFault({ mode: 'LOSE_ANSWER', calls });
  const { status, body: order } = await trader.submit(buyMarket('GOOG', '10'));
  expect(status).toBe(202);
  expect(await trader.waitForEnd(order.id)).toMatchObject({
    status: 'FILLED',
    filledQuantity: '10',
  });
  await expectBookedOnce(order.id, '10');
});

it('fills an order after the venue was down for some seconds', async () => {
  await e2e.setFault({ mode: 'DOWN' });
  const { status, body: order } = await trader.submit(buyMarket('IBM', '10'));
  expect(status).toBe(202);
  await sleep(3_000);
  expect(await trader.getOrder(order.id)).toMatchObject({
    status: 'PENDING_NEW',
    filledQuantity: '0',
  });
  expect((await trader.getBalance()).heldCash).not.toBe('0.00');
  await e2e.setFault({ mode: 'NONE' });
  expect(await trader.waitForEnd(order.id)).toMatchObject({ status: 'FILLED' });
  await expectBookedOnce(order.id, '10');
});

it('cancels an order that never reached the venue', async () => {
  await e2e.setFault({ mode: 'DOWN' });
  const { body: order } = await trader.submit(buyMarket('IBM', '10'));
  const asked = await trader.cancel(order.id);
  expect(asked.status).toBe(202);
  await e2e.setFault({ mode: 'NONE' });
  expect(await trader.waitForEnd(order.id)).toMatchObject({
    status: 'CANCELED',
    filledQuantity: '0',
  });
  expect(await trader.getBalance()).toMatchObject({ heldCash: '0.00', buyingPower: '100000.00' });
});

it('gives the money back when the venue rejects the order', async () => {
  await e2e.setFault({ mode: 'REJECT', calls: 1 });
  const { status, body: order } = await trader.submit(buyMarket('AAPL', '10'));
  expect(status).toBe(202);
  expect(await trader.waitForEnd(order.id)).toMatchObject({
    status: 'REJECTED',
    rejectCode: 'BROKER_REJECTED',
    filledQuantity: '0',
  });
  expect(await trader.getBalance()).toMatchObject({
    cash: '100000.00',
    heldCash: '0.00',
    buyingPower: '100000.00',
  });
});

it('answers 503 while Postgres is away, and takes the same key when it is back', async () => {
  await e2e.stack.services.postgres?.kill('SIGKILL');
  const rejected = await trader.submit(buyMarket('AAPL', '10'), 'database');
  console.info(`503 after ${Math.round(rejected.tookMs)} ms without Postgres`);
  expect(rejected).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
  expect(rejected.tookMs).toBeLessThan(REJECTED_MS_MAX);
  expect(rejected.headers.get('Retry-After')).toBe('1');
  await e2e.stack.services.postgres?.start();
  expect(await readTrace(e2e.hub, trader)).toEqual(UNTOUCHED);

  const accepted = await submitUntilAnswered(trader, buyMarket('AAPL', '10'), 'database');
  expect(accepted.status).toBe(202);
  expect(await trader.waitForEnd(accepted.body.id)).toMatchObject({ status: 'FILLED' });
  expect(await readTrace(e2e.hub, trader)).toMatchObject({ orders: 1, holds: 0 });
});

it('answers 503 while Postgres hangs; what nobody decided on is no order, and no failure', async () => {
  // Whose orders were accepted has the next one's workflow started before anybody decides.
  const { body: first } = await trader.submit(buyMarket('AAPL', '1'));
  await trader.waitForEnd(first.id);
  const before = await readTrace(e2e.hub, trader);
  const pid = e2e.stack.services.postgres?.pid;
  if (pid === undefined) throw new Error('Postgres does not run');
  await freezeTree(pid);
  try {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        trader.submit(buyMarket('AAPL', '10'), `hanging-${index}`),
      ),
    );
    const slowestMs = Math.max(...answers.map(({ tookMs }) => tookMs));
    console.info(`503 after ${Math.round(slowestMs)} ms at most while Postgres hangs`);
    for (const { status, body } of answers)
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'DATABASE_UNAVAILABLE' });
    expect(slowestMs).toBeLessThan(REJECTED_MS_MAX);
    // Until then a worker may decide, for whoever sends the same key again.
    await sleep(ACCEPTED_WITHIN_MS);
  } finally {
    await thawTree(pid);
  }
  const ofTrader = `WorkflowType = 'order' and AccountId = '${trader.account.accountId}'`;
  const countEnded = async () =>
    (await e2e.temporal.workflow.count(`${ofTrader} and ExecutionStatus = 'Completed'`)).count;
  const started = (await e2e.temporal.workflow.count(ofTrader)).count;
  expect(started).toBeGreaterThan(1);
  await expect.poll(countEnded, { timeout: 40_000 }).toBe(started);
  for await (const { workflowId } of e2e.temporal.workflow.list({ query: ofTrader })) {
    if (workflowId === orderWorkflowId(first.id)) continue;
    const page = await readPage(e2e.temporal.workflow.getHandle(workflowId));
    expect(page).toContain('nothing was held and nothing was sent');
    const told = await operator.get<ProblemBody & { detail: string }>(
      `/v1/admin/orders/${workflowId.replace('order/', '')}`,
    );
    expect(told).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    expect(told.body.detail).toContain('nothing was held and nothing was sent');
  }
  expect(await readTrace(e2e.hub, trader)).toEqual(before);

  const again = await submitUntilAnswered(trader, buyMarket('AAPL', '10'), 'hanging-0');
  expect(again.status).toBe(202);
  expect(await trader.waitForEnd(again.body.id)).toMatchObject({ status: 'FILLED' });
});

it('holds nothing when Postgres dies in the middle of the decision, and takes the same key when it is back', async () => {
  const lock = await lockAccount(e2e.stack.env.DATABASE_URL ?? '', trader.account.accountId);
  const submitting = trader.submit(buyMarket('AAPL', '10'), 'decision');
  await lock.waitForBlocked('hub-api');
  await e2e.stack.services.postgres?.kill('SIGKILL');
  const rejected = await submitting;
  await lock.release();
  expect(rejected).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
  await e2e.stack.services.postgres?.start();

  const accepted = await submitUntilAnswered(trader, buyMarket('AAPL', '10'), 'decision');
  expect(accepted.status).toBe(202);
  expect(await trader.waitForEnd(accepted.body.id)).toMatchObject({ status: 'FILLED' });
  expect(await readTrace(e2e.hub, trader)).toMatchObject({ orders: 1, holds: 0 });
});

it('answers 503 and holds nothing while Temporal is away', async () => {
  await e2e.stack.services.temporal?.kill('SIGKILL');
  const rejected = await trader.submit(buyMarket('AAPL', '10'), 'temporal');
  console.info(`503 after ${Math.round(rejected.tookMs)} ms without Temporal`);
  expect(rejected).toMatchObject({ status: 503, body: { code: 'TEMPORAL_UNAVAILABLE' } });
  expect(rejected.tookMs).toBeLessThan(REJECTED_MS_MAX);
  expect(rejected.headers.get('Retry-After')).toBe('1');
  expect(await readTrace(e2e.hub, trader)).toEqual(UNTOUCHED);
  await e2e.stack.services.temporal?.start();

  const accepted = await submitUntilAnswered(trader, buyMarket('AAPL', '10'), 'temporal');
  expect(accepted.status).toBe(202);
  expect(await trader.waitForEnd(accepted.body.id)).toMatchObject({ status: 'FILLED' });
  expect(await readTrace(e2e.hub, trader)).toMatchObject({ orders: 1, holds: 0 });
});

it('answers 503 and holds nothing, also afterwards, when Temporal hangs, or market data for longer than a quote stays fresh', async () => {
  const { marketData, temporal } = {
    marketData: e2e.stack.processes['market-data'],
    temporal: e2e.stack.services.temporal,
  };
  for (const [part, code, unnoticedMs] of [
    [marketData, 'MARKET_DATA_UNAVAILABLE', QUOTE_FRESH_MS],
    [temporal, 'TEMPORAL_UNAVAILABLE', 0],
  ] as const) {
    await part?.kill('SIGSTOP');
    await sleep(unnoticedMs);
    const rejected = await trader.submit(buyMarket('AAPL', '10'));
    await part?.kill('SIGCONT');
    expect(rejected).toMatchObject({ status: 503, body: { code } });
    expect(rejected.tookMs).toBeLessThan(REJECTED_MS_MAX);
    await healStack(e2e);
  }
  const accepted = await submitUntilAnswered(trader, buyMarket('AAPL', '1'), 'afterwards');
  await trader.waitForEnd(accepted.body.id);
  expect(await readTrace(e2e.hub, trader)).toMatchObject({ orders: 1, holds: 0 });
});

it('ends every order that was acknowledged before the API was killed, and each key is one order', async () => {
  let isOver = false;
  const loading = sendUntil(() => isOver, await e2e.createTraders(10));
  await sleep(800);
  await e2e.stack.processes.api?.kill('SIGKILL');
  isOver = true;
  const sent = await loading;
  await e2e.stack.processes.api?.start();
  const acknowledged = sent.filter((each) => each.orderId !== null);
  expect(acknowledged.length).toBeGreaterThan(0);
  for (const { trader: owner, orderId } of acknowledged) {
    expect(await owner.waitForEnd(orderId ?? '')).toMatchObject({
      status: 'FILLED',
      filledQuantity: '1',
    });
  }
  for (const { trader: owner, key, orderId } of sent) {
    const again = await submitUntilAnswered(owner, buyMarket('FB', '1'), key);
    expect(again.status).toBe(202);
    if (orderId !== null) expect(again.body.id).toBe(orderId);
    await owner.waitForEnd(again.body.id);
  }
  const owners = [...new Set(sent.map((each) => each.trader.account.accountId))];
  expect(await e2e.hub`select 1 from orders where account_id in ${e2e.hub(owners)}`).toHaveLength(
    sent.length,
  );
});

it('ends every order of a load in which venue, worker and market data are killed', async () => {
  let isOver = false;
  const loading = sendUntil(() => isOver, await e2e.createTraders(10));
  for (const name of ['paper-broker', 'workers', 'market-data']) {
    await sleep(300);
    await e2e.stack.processes[name]?.kill('SIGKILL');
    await e2e.stack.processes[name]?.start();
  }
  isOver = true;
  const sent = await loading;
  const acknowledged = sent.filter((each) => each.orderId !== null);
  expect(acknowledged.length).toBeGreaterThan(0);
  for (const { trader: owner, orderId } of acknowledged) {
    expect(await owner.waitForEnd(orderId ?? '', 90_000)).toMatchObject({
      status: 'FILLED',
      filledQuantity: '1',
    });
  }
});

it('fills a resting order once although the venue was killed right after the fill', async () => {
  const { body: order } = await trader.submit(buyLimit('IBM', '10', '120.00'));
  await trader.waitForOrder(order.id, ({ status }) => status === 'NEW');
  await e2e.stack.processes.workers?.kill('SIGKILL');
  await e2e.setPrices({ IBM: '119.00' });
  const isFilledThere = async () =>
    (
      await e2e.venue`select 1 from orders where client_order_id = ${order.id} and status = 'FILLED'`
    ).length === 1;
  await waitUntil(isFilledThere, {
    timeoutMs: 20_000,
    message: 'the venue has not filled the order',
  });
  await e2e.stack.processes['paper-broker']?.kill('SIGKILL');
  expect(await trader.getOrder(order.id)).toMatchObject({ status: 'NEW' });
  await e2e.stack.processes['paper-broker']?.start();
  await e2e.stack.processes.workers?.start();
  expect(await trader.waitForEnd(order.id)).toMatchObject({
    status: 'FILLED',
    filledQuantity: '10',
  });
  await expectBookedOnce(order.id, '10');
});
