import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { Order } from '../../contracts/orders/order.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit, buyMarket } from '../support/e2e-client.ts';
import { healStack, submitUntilAnswered } from '../support/e2e-recovery.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';

let e2e: OwnE2eStack;
let trader: Trader;

beforeAll(async () => {
  e2e = await startE2eStack();
});

afterAll(() => e2e?.stop());

beforeEach(async () => {
  trader = await e2e.createTrader();
});

async function rest(symbol: string, limitPrice: string): Promise<Order> {
  const { status, body: order } = await trader.submit(buyLimit(symbol, '10', limitPrice));
  expect(status).toBe(202);
  return trader.waitForOrder(order.id, (now) => now.status === 'NEW');
}

it('keeps a resting order through a restart of every process and service, then fills it', async () => {
  const { id } = await rest('IBM', '120.00');
  const { stack } = e2e;
  for (const part of [...Object.values(stack.processes), ...Object.values(stack.services)]) {
    const before = part.pid;
    await part.restart();
    expect(part.pid, part.name).not.toBe(before);
  }
  await healStack(e2e);
  expect(await trader.getOrder(id)).toMatchObject({
    status: 'NEW',
    filledQuantity: '0',
    leavesQuantity: '10',
  });
  expect(await trader.getBalance()).toMatchObject({
    cash: '100000.00',
    heldCash: '1200.00',
    buyingPower: '98800.00',
  });

  await e2e.setPrices({ IBM: '119.00' });
  expect(await trader.waitForEnd(id)).toMatchObject({ status: 'FILLED', filledQuantity: '10' });
  expect(await trader.getBalance()).toMatchObject({ heldCash: '0.00' });
  expect(await trader.listExecutions(id)).toHaveLength(1);
});

it('cancels an order that rested through kills of every process and service', async () => {
  const { id } = await rest('AAPL', '150.00');
  const { stack } = e2e;
  for (const part of [...Object.values(stack.processes), ...Object.values(stack.services)]) {
    await part.kill('SIGKILL');
    await part.start();
  }
  await healStack(e2e);
  expect(await trader.getOrder(id)).toMatchObject({ status: 'NEW' });
  expect(await trader.cancel(id)).toMatchObject({ status: 202 });
  expect(await trader.waitForEnd(id)).toMatchObject({ status: 'CANCELED', filledQuantity: '0' });
  expect(await trader.getBalance()).toMatchObject({ heldCash: '0.00', buyingPower: '100000.00' });
});

it('takes up an order whose workflow was terminated as soon as somebody asks something of it', async () => {
  const { id } = await rest('AAPL', '150.00');
  await e2e.temporal.workflow.getHandle(orderWorkflowId(id)).terminate('a mistake');
  expect(await trader.cancel(id)).toMatchObject({
    status: 503,
    body: { code: 'TEMPORAL_UNAVAILABLE' },
  });
  await waitUntil(async () => (await trader.cancel(id)).status === 202, {
    timeoutMs: 30_000,
    message: 'the order was not taken up',
  });
  expect(await trader.waitForEnd(id)).toMatchObject({ status: 'CANCELED', filledQuantity: '0' });
  expect(await trader.getBalance()).toMatchObject({ heldCash: '0.00', buyingPower: '100000.00' });
});

it('takes tokens and refresh tokens from before a restart of the API', async () => {
  const { account } = trader;
  const session = await e2e.anyone.send<{ accessToken: string; refreshToken: string }>(
    'POST',
    '/v1/auth/login',
    {
      body: { email: account.email, password: account.password },
    },
  );
  await e2e.stack.processes.api?.restart();
  const headers = { Authorization: `Bearer ${session.body.accessToken}` };
  expect((await e2e.anyone.send('GET', '/v1/me', { headers })).status).toBe(200);
  const { refreshToken } = session.body;
  expect(
    (await e2e.anyone.send('POST', '/v1/auth/refresh', { body: { refreshToken } })).status,
  ).toBe(200);
});

it('gives the first answer to a key again after database, Temporal and API were restarted', async () => {
  const first = await trader.submit(buyMarket('MSFT', '10'), 'before');
  await trader.waitForEnd(first.body.id);
  const { postgres, temporal } = e2e.stack.services;
  for (const part of [postgres, temporal, e2e.stack.processes.api]) await part?.restart();
  const again = await submitUntilAnswered(trader, buyMarket('MSFT', '10'), 'before');
  expect({ status: again.status, text: again.text }).toEqual({ status: 202, text: first.text });
  expect((await trader.getPosition('MSFT')).quantity).toBe('10');
});

it('leaves books that add up', async () => {
  await healStack(e2e);
  await expectBooksInOrder(e2e);
});
