import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import { createOrderStore } from '../../../adapters/postgres/orders/order-store.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { OrderStore } from '../../../contracts/orders/order-store.ts';
import { createFundedAccount } from '../../support/accounts.ts';
import { readBooks } from '../../support/books.ts';
import { createOrderStepsRig, orderSubmission } from '../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../support/services.ts';

let database: Database;
let orders: OrderStore;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 8,
    applicationName: 'test',
  });
  orders = createOrderStore(database);
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterAll(() => database?.close());

const rig = (price?: string) => createOrderStepsRig(orders, price === undefined ? {} : { price });

const CANCEL = { actor: 'client', mayBeAtBroker: true, mayBeOnItsWay: false };

const fund = (cash = '100000.00') => createFundedAccount(database.sql, { cash });

describe('a market order that the venue fills at once', () => {
  it('is booked to the cent: cash paid, hold gone, shares held, the ledger at zero', async () => {
    const { accountId } = await fund();
    const { executeOrder } = rig('100.00');
    const steps = await executeOrder(orderSubmission(accountId), {
      askFirst: false,
      isReleased: false,
    });

    expect(steps).toMatchObject({
      accept: 'ACCEPTED',
      place: 'ACKNOWLEDGED',
      progress: { status: 'FILLED', filledQuantity: '10' },
    });
    const books = await readBooks(database.sql, accountId);
    expect(books).toMatchObject({
      settled: '100000.00',
      held: '0.00',
      unsettled: '-1000.00',
      buyingPower: '99000.00',
      openHolds: 0,
    });
    expect(books.positions).toEqual([
      { symbol: 'AAPL', quantity: '10', heldQuantity: '0', averagePrice: '100', securities: '10' },
    ]);
    expect(books.sums).toEqual({ USD: '0', AAPL: '0' });
  });

  it('is booked once, however often its stretch runs again', async () => {
    const { accountId } = await fund();
    const { executeOrder, venue } = rig();
    const submission = orderSubmission(accountId);
    await Promise.all(
      Array.from({ length: 8 }, () =>
        executeOrder(submission, { askFirst: false, isReleased: false }),
      ),
    );
    await executeOrder(submission, { askFirst: true, isReleased: false });

    const books = await readBooks(database.sql, accountId);
    expect(books.buyingPower).toBe('99000.00');
    expect(venue.orders.size).toBe(1);
    expect(
      await database.sql`select 1 from executions where order_id = ${submission.orderId}`,
    ).toHaveLength(1);
  });

  it('sells what is held and realizes the gain', async () => {
    const { accountId } = await fund();
    await rig('100.00').executeOrder(orderSubmission(accountId), {
      askFirst: false,
      isReleased: false,
    });
    await rig('110.00').executeOrder(orderSubmission(accountId, { side: 'SELL' }), {
      askFirst: false,
      isReleased: false,
    });

    const books = await readBooks(database.sql, accountId);
    expect(books).toMatchObject({ buyingPower: '100100.00', unsettled: '100.00', held: '0.00' });
    const [row] =
      await database.sql`select status, realized_pnl::text, held_quantity::text from positions where account_id = ${accountId}`;
    expect(row).toEqual({
      status: 'CLOSED',
      realized_pnl: '100.0000000000000000',
      held_quantity: '0.00000000',
    });
  });
});

describe('the decision on an order', () => {
  it('is made once when many ask at the same time', async () => {
    const { accountId } = await fund();
    const { acceptOrder } = rig();
    const submission = orderSubmission(accountId, {
      idempotency: { key: 'k-1', fingerprint: 'f-1' },
    });
    const decisions = await Promise.all(Array.from({ length: 12 }, () => acceptOrder(submission)));

    expect(decisions.filter((d) => d.outcome === 'DECIDED' && d.madeHere)).toHaveLength(1);
    const answers = decisions.map((d) =>
      d.outcome === 'DECIDED' ? JSON.stringify(Object.entries(d.order).sort()) : d.outcome,
    );
    expect(new Set(answers).size).toBe(1);
    expect((await readBooks(database.sql, accountId)).held).toBe('1050.00');
  });

  it('never lets concurrent orders hold more than the buying power', async () => {
    const { accountId } = await fund('5000.00');
    const { acceptOrder } = rig();
    const decisions = await Promise.all(
      Array.from({ length: 10 }, () => acceptOrder(orderSubmission(accountId))),
    );

    const statuses = decisions
      .map((d) => (d.outcome === 'DECIDED' ? (d.order.rejectCode ?? d.order.status) : d.outcome))
      .sort();
    expect(statuses.filter((status) => status === 'PENDING_NEW')).toHaveLength(4);
    expect(statuses.filter((status) => status === 'INSUFFICIENT_BUYING_POWER')).toHaveLength(6);
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '4200.00',
      buyingPower: '800.00',
    });
  });

  it('rejects to sell the same shares twice', async () => {
    const { accountId } = await fund();
    const { executeOrder, acceptOrder } = rig();
    await executeOrder(orderSubmission(accountId), { askFirst: false, isReleased: false });
    const sells = await Promise.all(
      Array.from({ length: 4 }, () =>
        acceptOrder(orderSubmission(accountId, { side: 'SELL', quantity: '6' })),
      ),
    );
    const codes = sells.map((d) => (d.outcome === 'DECIDED' ? d.order.rejectCode : d.outcome));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'INSUFFICIENT_POSITION')).toHaveLength(3);
  });

  it('keeps a rejection with its reason and holds nothing', async () => {
    const { accountId } = await fund('100.00');
    const { executeOrder, venue } = rig();
    const steps = await executeOrder(orderSubmission(accountId), {
      askFirst: false,
      isReleased: false,
    });
    expect(steps).toMatchObject({
      accept: 'REJECTED',
      place: null,
      progress: { status: 'REJECTED', rejectCode: 'INSUFFICIENT_BUYING_POWER' },
    });
    expect(venue.placed).toEqual([]);
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '0.00',
      buyingPower: '100.00',
      openHolds: 0,
    });
  });

  it('lapses after its accept-by time and leaves nothing behind', async () => {
    const { accountId } = await fund();
    const { executeOrder } = rig();
    const submission = orderSubmission(accountId, {
      acceptBy: new Date(Date.now() - 1).toISOString(),
    });
    expect(await executeOrder(submission, { askFirst: false, isReleased: false })).toMatchObject({
      accept: 'LAPSED',
      progress: null,
    });
    expect(await database.sql`select 1 from orders where id = ${submission.orderId}`).toHaveLength(
      0,
    );
  });

  it('rejects another order under a client order id that is taken', async () => {
    const { accountId } = await fund();
    const { acceptOrder } = rig();
    await acceptOrder(orderSubmission(accountId, { clientOrderId: 'mine' }));
    await expect(
      acceptOrder(orderSubmission(accountId, { clientOrderId: 'mine' })),
    ).rejects.toMatchObject({
      code: 'CLIENT_ORDER_ID_REUSED',
    });
  });

  it('is declined as an outcome when the workflow comes to a client order id that is taken', async () => {
    const { accountId } = await fund();
    const { acceptOrder, executeOrder, venue } = rig();
    await acceptOrder(orderSubmission(accountId, { clientOrderId: 'mine' }));
    const declined = await executeOrder(orderSubmission(accountId, { clientOrderId: 'mine' }), {
      askFirst: false,
      isReleased: false,
    });
    expect(declined).toEqual({
      accept: 'DECLINED',
      declinedFor: 'CLIENT_ORDER_ID_REUSED',
      place: null,
      booked: [],
      progress: null,
    });
    expect(venue.placed).toEqual([]);
  });

  it('rejects the same key with another request', async () => {
    const { accountId } = await fund();
    const { acceptOrder } = rig();
    const submission = orderSubmission(accountId, {
      idempotency: { key: 'k', fingerprint: 'one' },
    });
    await acceptOrder(submission);
    await expect(
      acceptOrder({ ...submission, idempotency: { key: 'k', fingerprint: 'two' } }),
    ).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('is carried out though the workflow was started for another body under the same key', async () => {
    const { accountId } = await fund();
    const own = orderSubmission(accountId, {
      quantity: '4',
      idempotency: { key: 'k-race', fingerprint: 'decided' },
    });
    const other = { ...own, quantity: '1', idempotency: { key: 'k-race', fingerprint: 'late' } };
    let looked = false;
    const decidedMeanwhile: OrderStore = {
      ...orders,
      async readWorkingOrder(orderId) {
        if (looked) return orders.readWorkingOrder(orderId);
        looked = true;
        await rig().acceptOrder(own);
        return null;
      },
    };
    const steps = await createOrderStepsRig(decidedMeanwhile).executeOrder(other, {
      askFirst: false,
      isReleased: false,
    });
    expect(steps).toMatchObject({
      accept: 'ACCEPTED',
      place: 'ACKNOWLEDGED',
      progress: { status: 'FILLED', filledQuantity: '4' },
    });
  });
});

describe('a venue whose answer does not come', () => {
  it('is asked, and what it did is booked once', async () => {
    const { accountId } = await fund();
    const { executeOrder, venue } = rig();
    venue.script('loseAnswer');
    expect(
      await executeOrder(orderSubmission(accountId), { askFirst: false, isReleased: false }),
    ).toMatchObject({
      progress: { status: 'FILLED' },
    });
    expect(venue.placed).toHaveLength(1);
  });

  it('never got the order: it is sent again under the same id', async () => {
    const { accountId } = await fund();
    const { executeOrder, venue } = rig();
    venue.script('loseRequest');
    const submission = orderSubmission(accountId);
    await expect(
      executeOrder(submission, { askFirst: false, isReleased: false }),
    ).rejects.toMatchObject({
      name: 'StepFailed',
      facts: { step: 'PLACE', progress: { status: 'PENDING_NEW' } },
      cause: { name: 'BrokerOutcomeUnknown' },
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({ held: '1050.00' });
    expect(await executeOrder(submission, { askFirst: true, isReleased: false })).toMatchObject({
      progress: { status: 'FILLED' },
    });
    expect(new Set(venue.placed).size).toBe(1);
  });

  it('rejects: the order is REJECTED and the hold given back', async () => {
    const { accountId } = await fund();
    const { executeOrder, venue } = rig();
    venue.script('reject');
    expect(
      await executeOrder(orderSubmission(accountId), { askFirst: false, isReleased: false }),
    ).toMatchObject({
      place: 'REJECTED',
      progress: { status: 'REJECTED', rejectCode: 'BROKER_REJECTED' },
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '0.00',
      buyingPower: '100000.00',
      openHolds: 0,
    });
  });
});

describe('a resting order', () => {
  const rest = async () => {
    const { accountId } = await fund();
    const steps = rig();
    steps.venue.script('rest');
    const submission = orderSubmission(accountId, {
      type: 'LIMIT',
      limitPrice: '95.00',
      timeInForce: 'GTC',
    });
    await steps.executeOrder(submission, { askFirst: false, isReleased: false });
    return { accountId, submission, ...steps };
  };
  const trade = (
    orderId: string,
    sequence: number,
    quantity: string,
    price: string,
  ): ExecutionReport => ({
    broker: 'paper-broker',
    sequence,
    brokerExecutionId: `${orderId}-x${sequence}`,
    brokerClientOrderId: orderId,
    execType: 'TRADE',
    lastQuantity: quantity,
    lastPrice: price,
    cumulativeQuantity: '0',
    leavesQuantity: '0',
    time: new Date().toISOString(),
    rejectCode: null,
    inAnswer: false,
  });

  it('is booked fill by fill, repeated and out of order, each once', async () => {
    const { accountId, submission, bookReports } = await rest();
    const fills = ['2.5', '0.333', '7.167'].map((quantity, index) =>
      trade(submission.orderId, 100 + index, quantity, '94.99'),
    );
    const [first, second, third] = fills;
    if (!first || !second || !third) throw new Error('three fills');
    await bookReports(submission.orderId, [third]);
    await bookReports(submission.orderId, [first, first]);
    const progress = await bookReports(submission.orderId, [third, second, first]);
    expect(progress).toMatchObject({
      status: 'FILLED',
      filledQuantity: '10',
      averageFillPrice: '94.99',
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '0.00',
      buyingPower: '99050.10',
      openHolds: 0,
    });
    expect((await readBooks(database.sql, accountId)).sums).toEqual({ USD: '0', AAPL: '0' });
  });

  it('gives its hold back when it is canceled, and books a fill that was faster', async () => {
    const { accountId, submission, bookReports, cancelAtBroker } = await rest();
    await bookReports(submission.orderId, [trade(submission.orderId, 200, '4', '95.00')]);
    expect(await cancelAtBroker(submission.orderId, CANCEL)).toMatchObject({
      status: 'CANCELED',
      filledQuantity: '4',
      leavesQuantity: '0',
    });
    expect(await cancelAtBroker(submission.orderId, CANCEL)).toMatchObject({
      status: 'CANCELED',
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '0.00',
      buyingPower: '99620.00',
      openHolds: 0,
    });
  });

  it('books a late fill after the cancel', async () => {
    const { accountId, submission, bookReports, cancelAtBroker } = await rest();
    await cancelAtBroker(submission.orderId, CANCEL);
    expect(
      await bookReports(submission.orderId, [trade(submission.orderId, 300, '4', '95.00')]),
    ).toMatchObject({
      status: 'CANCELED',
      filledQuantity: '4',
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '0.00',
      buyingPower: '99620.00',
    });
  });

  it('raises a break for a fill beyond its quantity, and changes nothing', async () => {
    const { accountId, submission, bookReports, breaks } = await rest();
    const before = await readBooks(database.sql, accountId);
    expect(
      await bookReports(submission.orderId, [
        trade(submission.orderId, 400, '10.00000001', '95.00'),
      ]),
    ).toMatchObject({
      status: 'NEW',
    });
    expect(breaks).toMatchObject([{ kind: 'IMPOSSIBLE_REPORT', orderId: submission.orderId }]);
    expect(await readBooks(database.sql, accountId)).toEqual(before);
  });

  it('raises a break for a report of another order, and changes nothing', async () => {
    const { accountId, submission, bookReports, breaks } = await rest();
    const { submission: other } = await rest();
    const before = await readBooks(database.sql, accountId);
    expect(
      await bookReports(submission.orderId, [trade(other.orderId, 500, '4', '95.00')]),
    ).toMatchObject({ status: 'NEW' });
    expect(breaks).toMatchObject([{ kind: 'IMPOSSIBLE_REPORT', orderId: submission.orderId }]);
    expect(await readBooks(database.sql, accountId)).toEqual(before);
  });
});
