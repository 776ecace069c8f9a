import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import { createLostOrders, LIMIT, placementAtVenue } from '../../support/lost-orders.ts';
import { orderSubmission } from '../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../support/services.ts';

let database: Database;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 8,
    applicationName: 'test',
  });
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterAll(() => database?.close());

const createLoss = (cash?: string) => createLostOrders(database, cash);

const ordersOf = (accountId: string) =>
  database.sql`select id, status, quantity::text, filled_quantity::text as filled, replaces, replaced_by from orders where account_id = ${accountId}`;

describe('an order that the books have lost', () => {
  it('comes back as the venue filled it, once, however often and long after its accept-by time', async () => {
    const { lose, restore, books, started } = await createLoss();
    const { orderId } = await lose('fill');
    await Promise.all([restore(orderId), restore(orderId)]);
    expect(await restore(orderId)).toMatchObject({ order: { status: 'FILLED' } });
    expect(await books()).toMatchObject({
      unsettled: '-1000.00',
      held: '0.00',
      buyingPower: '9000.00',
      positions: [{ symbol: 'AAPL', quantity: '10', securities: '10' }],
      sums: { USD: '0', AAPL: '0' },
    });
    expect(started).toEqual([]);
  });

  it('that rests at the venue holds its cash again, and has a workflow', async () => {
    const { lose, restore, books, started } = await createLoss();
    const { orderId } = await lose('rest', LIMIT);
    expect(await restore(orderId)).toMatchObject({ order: { status: 'NEW' } });
    expect(await books()).toMatchObject({ held: '1000.00', buyingPower: '9000.00', openHolds: 1 });
    expect(started).toEqual([orderId]);
  });

  it('of a notional is for the shares that the venue has', async () => {
    const { lose, restore, accountId } = await createLoss();
    const notional = { quantity: null, notional: '730.00' };
    const { orderId } = await lose('fill', notional, { quantity: '7.3' });
    await restore(orderId);
    expect(await ordersOf(accountId)).toMatchObject([
      { quantity: '7.30000000', filled: '7.30000000' },
    ]);
  });

  it('gives its key the first answer again', async () => {
    const { lose, restore, acceptOrder } = await createLoss();
    const submission = await lose('rest', {
      ...LIMIT,
      idempotency: { key: 'key-1', fingerprint: 'same' },
    });
    await restore(submission.orderId);
    expect(await acceptOrder(submission)).toMatchObject({
      outcome: 'DECIDED',
      order: { id: submission.orderId, status: 'PENDING_NEW' },
      madeHere: false,
    });
  });

  it('that sells what another lost order bought waits for that one', async () => {
    const { lose, restore, books } = await createLoss();
    const bought = await lose('fill');
    const sold = await lose('fill', { side: 'SELL' });
    await expect(restore(sold.orderId)).rejects.toMatchObject({ name: 'OrderNotCovered' });
    await restore(bought.orderId);
    await restore(sold.orderId);
    expect((await books()).positions).toMatchObject([{ quantity: '0', heldQuantity: '0' }]);
  });

  it('is not restored by what Temporal does not remember, or remembers of another order', async () => {
    const { lose, restore, remembered, accountId } = await createLoss();
    const submission = await lose('fill');
    remembered.set(submission.orderId, { ...submission, side: 'SELL' });
    expect(await restore(submission.orderId)).toBeNull();
    remembered.delete(submission.orderId);
    expect(await restore(submission.orderId)).toBeNull();
    expect(await ordersOf(accountId)).toEqual([]);
  });
});

describe('a replacement that the books have lost', () => {
  it.each(['known', 'lost'] as const)(
    'takes the place of its original, which is %s',
    async (state) => {
      const { venue, remembered, lose, restore, books, accountId, breaks } = await createLoss();
      const original = await lose('rest', LIMIT);
      if (state === 'known') await restore(original.orderId);
      const replacement = orderSubmission(accountId, {
        ...LIMIT,
        limitPrice: '99',
        quantity: '20',
        isAdopted: true,
      });
      remembered.set(replacement.orderId, replacement);
      await venue.broker.replaceOrder(original.orderId, placementAtVenue(replacement));
      await restore(replacement.orderId);
      await restore(replacement.orderId);
      const rows = await ordersOf(accountId);
      expect(rows).toHaveLength(2);
      expect(rows).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ id: original.orderId, status: 'REPLACED' }),
          expect.objectContaining({
            id: replacement.orderId,
            status: 'NEW',
            replaces: original.orderId,
          }),
        ]),
      );
      expect(await books()).toMatchObject({
        held: '1980.00',
        buyingPower: '8020.00',
        openHolds: 1,
      });
      expect(breaks).toEqual([]);
    },
  );
});

describe('an order whose workflow goes on and finds that the books have lost it', () => {
  const goesOn = { askFirst: true, isReleased: true, isDecided: true };

  it('is in them again as the venue has it', async () => {
    const { lose, executeOrder, venue, books } = await createLoss();
    const submission = await lose('fill');
    expect(await executeOrder(submission, goesOn)).toMatchObject({
      accept: 'ACCEPTED',
      progress: { status: 'FILLED', filledQuantity: '10' },
    });
    expect(venue.placed).toEqual([submission.orderId]);
    expect((await books()).positions).toMatchObject([{ quantity: '10' }]);
  });

  it('is decided on anew when the venue never had it, and goes there once', async () => {
    const { accountId, executeOrder, venue } = await createLoss();
    const submission = orderSubmission(accountId, { acceptBy: '2026-11-24T14:30:10.000Z' });
    expect(await executeOrder(submission, goesOn)).toMatchObject({
      progress: { status: 'FILLED' },
    });
    expect(venue.placed).toEqual([submission.orderId]);
  });

  it('is rejected when the account no longer covers it, and goes nowhere', async () => {
    const { accountId, executeOrder, venue } = await createLoss('10.00');
    const submission = orderSubmission(accountId, { acceptBy: '2026-11-24T14:30:10.000Z' });
    expect(await executeOrder(submission, goesOn)).toMatchObject({ accept: 'REJECTED' });
    expect(venue.placed).toEqual([]);
  });

  it('lapses when nobody ever decided on it', async () => {
    const { accountId, executeOrder, venue } = await createLoss();
    const submission = orderSubmission(accountId, { acceptBy: '2026-11-24T14:30:10.000Z' });
    const never = { ...goesOn, isDecided: false };
    expect(await executeOrder(submission, never)).toMatchObject({ accept: 'LAPSED' });
    expect(venue.placed).toEqual([]);
  });
});
