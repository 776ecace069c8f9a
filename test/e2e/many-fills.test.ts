import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit } from '../support/e2e-client.ts';
import { type E2eStack, startE2eStack } from '../support/e2e-stack.ts';
import { readChain } from '../support/run-chain.ts';
import { volume } from '../support/volume.ts';

const SHARES = volume(500, 3_000);
/** From so many events on the server suggests a new run; with thousands of fills its default. */
const SUGGESTED_EVENTS = volume(64, 4_096);
/** The venue may fill faster than a busy machine books. */
const FILL_TIMEOUT_MS = 200_000;
const TEST_TIMEOUT_MS = 2 * FILL_TIMEOUT_MS + 20_000;
/** What comes in during one workflow task is added. */
const EVENTS_PER_RUN_MAX = SUGGESTED_EVENTS + 304;

let e2e: E2eStack;

/** A market that offers one share every few milliseconds. */
beforeAll(async () => {
  e2e = await startE2eStack({
    env: { 'market-data': { SIMULATOR_SIZE: '1', SIMULATOR_TICK_MS: '8' } },
    suggestedEventsMax: SUGGESTED_EVENTS,
  });
});
afterAll(() => e2e?.stop());

it(`brings an order through ${SHARES} fills, each booked once, in runs of bounded histories`, {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const trader = await e2e.createTrader('1000000.00');
  const { status, body } = await trader.submit(buyLimit('AAPL', String(SHARES), '210.00'));
  expect(status).toBe(202);
  const orderOf = async () =>
    (
      await e2e.hub`select status, filled_quantity::text as filled from orders where id = ${body.id}`
    )[0];
  await expect
    .poll(async () => (await orderOf())?.status, { timeout: FILL_TIMEOUT_MS, interval: 500 })
    .toBe('FILLED');

  const [booked] = await e2e.hub<{ count: number; shares: string }[]>`
    select count(*)::int as count, sum(quantity)::int as shares from executions where order_id = ${body.id}`;
  expect(booked).toEqual({ count: SHARES, shares: SHARES });
  await expectBooksInOrder(e2e);

  const handle = e2e.temporal.workflow.getHandle(orderWorkflowId(body.id));
  expect(await handle.result()).toMatchObject({ status: 'FILLED', filledQuantity: String(SHARES) });
  const { raw } = await handle.describe();
  const chain = await readChain(handle, raw.workflowExecutionInfo?.firstRunId ?? '');
  expect(Math.max(...chain.map(({ events }) => events))).toBeLessThan(EVENTS_PER_RUN_MAX);
  console.info(
    `${SHARES} fills in ${chain.length} runs of ${chain.map(({ events }) => events).join(', ')} events`,
  );
});

it('cancels what is left of an order that has many fills, and keeps each of them once', {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const trader = await e2e.createTrader('1000000.00');
  const { status, body } = await trader.submit(buyLimit('FB', '20000', '40.00'));
  expect(status).toBe(202);
  const orderOf = async () => {
    const [order] = await e2e.hub<{ status: string; filled: number }[]>`
      select status, filled_quantity::int as filled from orders where id = ${body.id}`;
    return order;
  };
  await expect
    .poll(async () => (await orderOf())?.filled, { timeout: FILL_TIMEOUT_MS, interval: 500 })
    .toBeGreaterThan(SHARES * 0.8);
  expect((await trader.cancel(body.id)).status).toBe(202);
  await expect
    .poll(async () => (await orderOf())?.status, { timeout: FILL_TIMEOUT_MS, interval: 250 })
    .toBe('CANCELED');

  const [booked] = await e2e.hub<
    { shares: number }[]
  >`select sum(quantity)::int as shares from executions where order_id = ${body.id}`;
  expect(booked?.shares).toBe((await orderOf())?.filled);
  await expectBooksInOrder(e2e);
});
