import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { createHubClient } from '../../clients/hub-client.ts';
import type { AuditEvent, Order } from '../../contracts/orders/order.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import {
  type Answer,
  buyLimit,
  createE2eClient,
  type E2eClient,
  type ProblemBody,
} from '../support/e2e-client.ts';
import { type E2eStack, leaseE2eStack, type Trader } from '../support/e2e-stack.ts';

let e2e: E2eStack;
let trader: Trader;
let operator: E2eClient;
let operatorName: string;

beforeAll(async () => {
  e2e = await leaseE2eStack('usual');
  const [customer, other] = await e2e.createTraders(2);
  if (!customer || !other) throw new Error('no traders were made');
  trader = customer;
  operatorName = `user/${other.account.userId}`;
  const tokens = createAccessTokens(e2e.stack.env.JWT_SECRET ?? '', Date.now);
  operator = createE2eClient(
    e2e.stack.urls.api,
    await tokens.sign({ ...other.account.caller, roles: ['OPERATOR'] }),
  );
});

afterAll(() => e2e?.stop());

async function restingOrder(): Promise<Order> {
  const { body } = await trader.submit(buyLimit('IBM', '10', '100.00'));
  return trader.waitForOrder(body.id, (order) => order.status === 'NEW');
}

const replace = (id: string, body: unknown, key: string): Promise<Answer<Order & ProblemBody>> =>
  trader.send('PATCH', `/v1/orders/${id}`, { body, headers: { 'Idempotency-Key': key } });

it('a client replaces an order once, however often it is asked, and no cent is held twice', async () => {
  const { buyingPower } = await trader.getBalance();
  const original = await restingOrder();
  const key = randomUUID();
  const terms = { quantity: '12', limitPrice: '101.00' };
  const first = await replace(original.id, terms, key);
  expect(first.status, first.text).toBe(202);
  expect(first.headers.get('location')).toBe(`/v1/orders/${first.body.id}`);
  expect(first.body).toMatchObject({ replaces: original.id, quantity: '12', limitPrice: '101' });

  const again = await replace(original.id, terms, key);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect({ status: again.status, text: again.text }).toEqual({
    status: first.status,
    text: first.text,
  });
  expect((await replace(original.id, { quantity: '13' }, key)).body.code).toBe(
    'IDEMPOTENCY_KEY_REUSED',
  );

  expect(await trader.waitForEnd(original.id)).toMatchObject({
    status: 'REPLACED',
    replacedBy: first.body.id,
  });
  await trader.waitForOrder(first.body.id, (order) => order.status === 'NEW');
  const balance = await trader.getBalance();
  expect(Number(buyingPower) - Number(balance.buyingPower)).toBe(1212);
  expect((await replace(original.id, { quantity: '14' }, randomUUID())).body).toMatchObject({
    code: 'ORDER_NOT_REPLACEABLE',
    facts: { status: 'REPLACED' },
  });

  const hub = createHubClient({ baseUrl: e2e.stack.urls.api, token: trader.token });
  const { order } = await hub.orders.replaceOrder({ id: first.body.id, limitPrice: '99.00' });
  expect(order).toMatchObject({ replaces: first.body.id, limitPrice: '99', quantity: '12' });
  expect((await trader.waitForEnd(first.body.id)).status).toBe('REPLACED');
  await trader.cancel(order?.id ?? '');
  expect((await trader.waitForEnd(order?.id ?? '')).status).toBe('CANCELED');
  expect((await trader.getBalance()).buyingPower).toBe(buyingPower);
});

it('an operator finds an order of any account and cancels it, with who and why in the trail', async () => {
  const order = await restingOrder();
  const found = await operator.get<Order>(`/v1/admin/orders/${order.id}`);
  expect(found.body).toMatchObject({
    id: order.id,
    accountId: trader.account.accountId,
    attentionReason: null,
    trouble: null,
  });
  const listed = await operator.get<{ items: Order[] }>('/v1/admin/orders?status=open&symbol=IBM');
  expect(listed.body.items.map((item) => item.id)).toContain(order.id);

  const canceled = await operator.send<Order>('POST', `/v1/admin/orders/${order.id}/cancel`, {
    body: { reason: 'the client called' },
  });
  expect(canceled.status, canceled.text).toBe(202);
  await trader.waitForOrder(order.id, ({ status }) => status === 'CANCELED');
  const { items } = (await trader.get<{ items: AuditEvent[] }>(`/v1/orders/${order.id}/timeline`))
    .body;
  expect(items.find((event) => event.action === 'CANCEL_REQUESTED')).toMatchObject({
    actor: operatorName,
    details: { reason: 'the client called' },
  });
  const late = await operator.send<ProblemBody>('POST', `/v1/admin/orders/${order.id}/cancel`, {
    body: { reason: 'again' },
  });
  expect({ status: late.status, code: late.body.code }).toEqual({
    status: 409,
    code: 'ORDER_NOT_CANCELABLE',
  });
});

it('an instrument that an operator closes today takes no order for now, and takes one again when it is opened', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const path = `/v1/admin/instruments/MSFT/sessions/${today}`;
  const closed = { opensAt: `${today}T00:00:00Z`, closesAt: `${today}T00:00:00Z` };
  expect(
    (await operator.send('PUT', path, { body: { ...closed, reason: 'halted by the exchange' } }))
      .status,
  ).toBe(200);
  const now = { ...buyLimit('MSFT', '1', '28.00'), timeInForce: 'IOC' as const };
  expect((await trader.submit(now)).body.code).toBe('MARKET_CLOSED');
  const sessions = await operator.get<{ items: unknown[] }>('/v1/admin/instruments/MSFT/sessions');
  expect(sessions.body.items).toHaveLength(1);

  expect((await operator.send('DELETE', `${path}?reason=resumed`)).status).toBe(204);
  const taken = await trader.submit(now);
  expect(taken.status, taken.text).toBe(202);
  await trader.waitForEnd(taken.body.id);
  const trail =
    await e2e.hub`select actor, action, details->>'reason' as reason from audit_events where details->>'symbol' = 'MSFT' and action like 'TRADING%' order by id`;
  expect(trail.map((row) => ({ ...row }))).toEqual([
    { actor: operatorName, action: 'TRADING_SESSION_SET', reason: 'halted by the exchange' },
    { actor: operatorName, action: 'TRADING_SESSION_REMOVED', reason: 'resumed' },
  ]);
});

it('leaves books that add up', async () => {
  await expectBooksInOrder(e2e);
});
