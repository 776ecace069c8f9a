import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createOrderStore } from '../../../../adapters/postgres/orders/order-store.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { createOrderStepsRig, orderSubmission } from '../../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../../support/services.ts';

let database: Database;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 4,
    applicationName: 'test',
  });
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterAll(() => database?.close());

const inAMinute = () => new Date(Date.now() + 60_000).toISOString();

it('finds the orders that are open, whether at the venue or not, and none that is closed, too young or has no place yet', async () => {
  const orders = createOrderStore(database);
  const rig = createOrderStepsRig(orders);
  const { accountId } = await createFundedAccount(database.sql, { cash: '100000.00' });
  const send = async (script: 'rest' | 'fill', over: { quantity?: string } = {}) => {
    const orderId = randomUUID();
    if (script === 'rest') rig.venue.script('rest');
    await rig.executeOrder(
      orderSubmission(accountId, {
        orderId,
        type: 'LIMIT',
        timeInForce: 'GTC',
        limitPrice: '100',
        ...over,
      }),
      {
        askFirst: false,
        isReleased: false,
      },
    );
    return orderId;
  };
  const resting = await send('rest');
  const suspended = await send('rest');
  const placeless = await send('rest');
  const replacement = await send('rest');
  const filled = await send('fill');
  const canceled = await send('rest');
  await rig.cancelAtBroker(canceled, {
    actor: 'client',
    mayBeAtBroker: true,
    mayBeOnItsWay: false,
  });
  await database.sql`update orders set status = 'SUSPENDED' where id = ${suspended}`;
  await database.sql`update orders set replaces = ${resting} where id = ${placeless}`;
  await database.sql`update orders set replaces = ${canceled} where id = ${replacement}`;
  await database.sql`update orders set status = 'REPLACED', replaced_by = ${replacement} where id = ${canceled}`;

  const open = await orders.findOpen('paper-broker', inAMinute());
  expect(open.toSorted()).toEqual([resting, suspended, replacement].sort());
  expect(open).not.toContain(filled);
  expect(await orders.findOpen('second', inAMinute())).toEqual([]);
  expect(await orders.readStatuses([resting, suspended, filled, canceled, randomUUID()])).toEqual(
    new Map([
      [resting, 'NEW'],
      [suspended, 'SUSPENDED'],
      [filled, 'FILLED'],
      [canceled, 'REPLACED'],
    ]),
  );
  expect(await orders.readStatuses([])).toEqual(new Map());
  expect(await orders.findOpen('paper-broker', '2020-01-01T00:00:00.000Z')).toEqual([]);
});
