import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditEvent, Order, ReplaceTerms } from '../../contracts/orders/order.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyMarket, type ProblemBody } from '../support/e2e-client.ts';
import { waitUntilAtRest } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';

/** Longer than the venue takes to match a quote, and the hub to book what comes of it. */
const LONG_ENOUGH_MS = 1_000;

let e2e: OwnE2eStack;
let trader: Trader;
let move: MoveMarket;

beforeAll(async () => {
  e2e = await startE2eStack({
    env: { 'market-data': { SIMULATOR_SYMBOLS: 'AAPL:230.00,IBM:100.00,MSFT:100.00' } },
    marketData: MANUAL_MARKET_ENTRY,
  });
  move = createMoveMarket(e2e.stack.urls.marketData, 1_000);
  trader = await e2e.createTrader();
});

afterAll(() => e2e?.stop());

type Asked = Pick<Order, 'symbol' | 'side' | 'type'> &
  Partial<Record<'limitPrice' | 'stopPrice' | 'trailPercent', string>>;

/** A GTC order of ten shares that has come to the venue. */
async function place(order: Asked): Promise<Order> {
  const { status, body, text } = await trader.send<Order>('POST', '/v1/orders', {
    body: { timeInForce: 'GTC', quantity: '10', ...order },
  });
  if (status !== 202) throw new Error(`the order was not accepted: ${status} ${text}`);
  return trader.waitForOrder(body.id, ({ newAt }) => newAt !== null);
}

const patch = (order: Order, terms: ReplaceTerms) =>
  trader.send<Order & ProblemBody>('PATCH', `/v1/orders/${order.id}`, { body: terms });

/** The new order, once it has taken the place of the other at the venue. */
async function replace(order: Order, terms: ReplaceTerms): Promise<Order> {
  const { status, body, text } = await patch(order, terms);
  if (status !== 202) throw new Error(`it was not replaced: ${status} ${text}`);
  await trader.waitForOrder(order.id, (original) => original.status === 'REPLACED');
  return trader.waitForOrder(body.id, ({ newAt }) => newAt !== null);
}

async function eventsOf(order: Order): Promise<AuditEvent[]> {
  return (await trader.get<{ items: AuditEvent[] }>(`/v1/orders/${order.id}/timeline`)).body.items;
}

const restartVenue = async (): Promise<void> => {
  await e2e.stack.processes['paper-broker']?.kill('SIGKILL');
  await e2e.stack.processes['paper-broker']?.start();
};

it('leaves a STOP_LIMIT that was triggered and half executed awake when it is replaced, through a kill of the venue', async () => {
  const order = await place({
    symbol: 'IBM',
    side: 'BUY',
    type: 'STOP_LIMIT',
    stopPrice: '101',
    limitPrice: '101.50',
  });
  expect(order).toMatchObject({ triggeredAt: null, currentStopPrice: '101', highWaterMark: null });
  await move('IBM', '101.20', 4, false);
  await trader.waitForOrder(order.id, ({ filledQuantity }) => filledQuantity === '4');
  // Below the stop again, where a stop that is set anew sleeps, and with nothing left on offer.
  await move('IBM', '100.50', 1, false);
  const triggered = await trader.waitForOrder(
    order.id,
    ({ filledQuantity }) => filledQuantity === '5',
  );
  expect(triggered).toMatchObject({
    status: 'PARTIALLY_FILLED',
    currentStopPrice: '101',
    triggeredAt: expect.any(String),
  });
  expect(await eventsOf(order)).toContainEqual(
    expect.objectContaining({
      actor: 'broker',
      action: 'TRIGGERED',
      details: expect.objectContaining({ stopPrice: '101' }),
    }),
  );

  const smaller = await replace(triggered, { quantity: '7' });
  expect(smaller).toMatchObject({
    triggeredAt: triggered.triggeredAt,
    currentStopPrice: '101',
    quantity: '2',
  });
  expect((await trader.getBalance()).heldCash).toBe('203.00');
  expect(await patch(smaller, { stopPrice: '104' })).toMatchObject({
    status: 422,
    body: { code: 'STOP_ALREADY_TRIGGERED' },
  });

  await restartVenue();
  const larger = await replace(smaller, { quantity: '4' });
  expect(larger.triggeredAt).toBe(triggered.triggeredAt);
  await move('IBM', '100.50');
  expect(await trader.waitForEnd(larger.id)).toMatchObject({
    status: 'FILLED',
    filledQuantity: '4',
    triggeredAt: triggered.triggeredAt,
  });
  expect((await eventsOf(larger)).filter(({ action }) => action === 'TRIGGERED')).toEqual([]);
});

it('leaves a TRAILING_STOP behind its mark whatever is replaced, through a kill of the venue', async () => {
  const bought = await trader.submit(buyMarket('AAPL', '10'));
  await trader.waitForEnd(bought.body.id);
  const order = await place({
    symbol: 'AAPL',
    side: 'SELL',
    type: 'TRAILING_STOP',
    trailPercent: '9.5',
  });
  await move('AAPL', '241.54');
  await move('AAPL', '240.04');
  const trailed = { highWaterMark: '241.54', currentStopPrice: '218.59', triggeredAt: null };
  expect(
    await trader.waitForOrder(order.id, ({ highWaterMark }) => highWaterMark === '241.54'),
  ).toMatchObject(trailed);

  const smaller = await replace(order, { quantity: '2' });
  expect(await trader.getOrder(smaller.id)).toMatchObject(trailed);
  await restartVenue();
  await waitUntil(async () => (await trader.getOrder(smaller.id)).highWaterMark !== null, {
    timeoutMs: 20_000,
    message: 'the venue does not tell where the stop lies',
  });
  expect(await trader.getOrder(smaller.id)).toMatchObject(trailed);
  const { body: page } = await trader.get<{ items: Order[] }>('/v1/orders?status=open&symbol=AAPL');
  expect(page.items).toMatchObject([{ id: smaller.id, ...trailed }]);

  const nearer = await replace(smaller, { trailPercent: '9' });
  const nearerStop = { highWaterMark: '241.54', currentStopPrice: '219.8' };
  expect(await trader.getOrder(nearer.id)).toMatchObject({ ...nearerStop, triggeredAt: null });

  await move('AAPL', '219.81');
  await sleep(LONG_ENOUGH_MS);
  expect(await trader.getOrder(nearer.id)).toMatchObject({ status: 'NEW', triggeredAt: null });
  await move('AAPL', '219.80');
  const sold = await trader.waitForEnd(nearer.id);
  expect(sold).toMatchObject({ status: 'FILLED', filledQuantity: '2', ...nearerStop });
  expect(sold.triggeredAt).not.toBeNull();
  expect(await eventsOf(nearer)).toContainEqual(
    expect.objectContaining({
      action: 'TRIGGERED',
      details: expect.objectContaining({ stopPrice: '219.8', waterMark: '241.54' }),
    }),
  );
});

it('answers without the mark, and in time, while the venue does not', async () => {
  const order = await place({
    symbol: 'MSFT',
    side: 'BUY',
    type: 'TRAILING_STOP',
    trailPercent: '5',
  });
  expect(order).toMatchObject({ highWaterMark: '100', currentStopPrice: '105' });
  await e2e.setFault({ mode: 'SLOW', delayMs: 5_000 });
  const { status, body, tookMs } = await trader.get<Order>(`/v1/orders/${order.id}`);
  await e2e.setFault({ mode: 'NONE' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'NEW', highWaterMark: null, currentStopPrice: null });
  expect(tookMs).toBeLessThan(2_000);
  await trader.cancel(order.id);
  expect(await trader.waitForEnd(order.id)).toMatchObject({
    status: 'CANCELED',
    highWaterMark: null,
  });
});

it('leaves books that add up', async () => {
  await waitUntilAtRest(e2e);
  await expectBooksInOrder(e2e);
});
