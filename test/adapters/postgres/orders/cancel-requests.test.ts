import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createOrderStore } from '../../../../adapters/postgres/orders/order-store.ts';
import type { OrderStore } from '../../../../contracts/orders/order-store.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { createOrderStepsRig, orderSubmission } from '../../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../../support/services.ts';

let database: Database;
let orders: OrderStore;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 4,
    applicationName: 'cancel-requests',
  });
  orders = createOrderStore(database);
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterAll(() => database?.close());

const AT_ONCE = { askFirst: false, isReleased: false };

async function createOrder(type: 'MARKET' | 'LIMIT') {
  const { accountId } = await createFundedAccount(database.sql, { cash: '100000.00' });
  const rig = createOrderStepsRig(orders);
  const submission = orderSubmission(accountId, {
    type,
    limitPrice: type === 'LIMIT' ? '50' : null,
  });
  if (type === 'LIMIT') rig.venue.script('rest');
  await rig.executeOrder(submission, AT_ONCE);
  return { ...rig, orderId: submission.orderId };
}

const readTrail = (orderId: string) =>
  database.sql<{ actor: string; details: unknown }[]>`
    select actor, details from audit_events where order_id = ${orderId} and action = 'CANCEL_REQUESTED' order by id`;

const inAMinute = () => new Date(Date.now() + 60_000).toISOString();
const forgotten = async () =>
  (await orders.findForgottenCancels('paper-broker', inAMinute())).map(({ orderId }) => orderId);

it('is on the order for whoever takes it up, and in its trail with who asked', async () => {
  const { orderId } = await createOrder('LIMIT');
  await orders.recordCancelRequest(orderId, { actor: 'client', facts: { requestId: 'r-1' } });
  await orders.recordCancelRequest(orderId, { actor: 'user/olga', facts: { reason: 'asked' } });
  expect(await orders.readWorkingOrder(orderId)).toMatchObject({ cancelRequestedBy: 'client' });
  expect(await readTrail(orderId)).toEqual([
    { actor: 'client', details: { requestId: 'r-1' } },
    { actor: 'user/olga', details: { reason: 'asked' } },
  ]);
});

it('is recorded once for a bulk operation', async () => {
  const { orderId } = await createOrder('LIMIT');
  const request = { actor: 'user/olga', facts: { reason: 'all', bulkId: crypto.randomUUID() } };
  await orders.recordCancelRequest(orderId, request);
  await orders.recordCancelRequest(orderId, request);
  expect(await readTrail(orderId)).toHaveLength(1);
});

it('says nothing of an order that is closed', async () => {
  const { orderId } = await createOrder('MARKET');
  await orders.recordCancelRequest(orderId, { actor: 'client', facts: {} });
  expect(await orders.readWorkingOrder(orderId)).toMatchObject({ cancelRequestedBy: null });
  expect(await readTrail(orderId)).toEqual([]);
});

it('is found until somebody sees to it', async () => {
  const { orderId, cancelAtBroker } = await createOrder('LIMIT');
  await orders.recordCancelRequest(orderId, { actor: 'client', facts: {} });
  expect(await forgotten()).toContain(orderId);
  expect(await orders.findForgottenCancels('paper-broker', '2020-01-01T00:00:00.000Z')).toEqual([]);
  expect(await orders.findForgottenCancels('another', inAMinute())).toEqual([]);
  await cancelAtBroker(orderId, { actor: 'client', mayBeAtBroker: true, mayBeOnItsWay: false });
  expect(await forgotten()).not.toContain(orderId);
});

it('turns away what was decided on the order before it', async () => {
  const { orderId } = await createOrder('LIMIT');
  const before = await orders.readWorkingOrder(orderId);
  await orders.recordCancelRequest(orderId, { actor: 'client', facts: {} });
  const after = await orders.readWorkingOrder(orderId);
  expect(after?.version).toBe((before?.version ?? 0) + 1);
});

it('outlives a change by a process that does not know of requests', async () => {
  const { orderId } = await createOrder('LIMIT');
  await orders.recordCancelRequest(orderId, { actor: 'client', facts: {} });
  const { order, version } = (await orders.readWorkingOrder(orderId)) ?? expect.fail('it is there');
  const change = {
    ...{ orderId, accountId: order.accountId, symbol: order.symbol, expectedVersion: version },
    order: {
      ...{ status: 'NEW', filled_quantity: '0', filled_notional: '0' },
      ...{ updated_at: order.updatedAt, new_at: order.newAt },
    },
    ...{ buyingPowerChange: '0', heldQuantityChange: '0', transfers: [] },
    audit: { actor: 'broker', action: 'NEW', details: {} },
  };
  await database.sql`select write_order_change(${JSON.stringify(change)}::text::jsonb)`;
  expect(await orders.readWorkingOrder(orderId)).toMatchObject({
    cancelRequestedBy: 'client',
    cancelRequestedAt: expect.any(String),
  });
});
