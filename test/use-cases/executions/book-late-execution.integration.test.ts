import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import { createBreakStore } from '../../../adapters/postgres/executions/break-store.ts';
import { createOrderStore } from '../../../adapters/postgres/orders/order-store.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { BreakReport, Breaks } from '../../../contracts/executions/breaks.ts';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import { bind } from '../../../use-cases/bind.ts';
import { bookLateExecution } from '../../../use-cases/executions/book-late-execution.ts';
import { createFundedAccount } from '../../support/accounts.ts';
import { readBooks } from '../../support/books.ts';
import { createOrderStepsRig, orderSubmission } from '../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../support/services.ts';

let database: Database;
let breaks: Breaks;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 8,
    applicationName: 'test',
  });
  breaks = createBreakStore(database);
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterAll(() => database?.close());

/** The whole path over the real database, with a venue whose orders rest. */
function createRig(over: { breaks?: Pick<Breaks, 'raiseBreak'> } = {}) {
  const raised: BreakReport['kind'][] = [];
  const { venue, started, unconfirmed, deps, ...steps } = createOrderStepsRig(
    createOrderStore(database),
    { breaks, breakRaised: (_broker, kind) => void raised.push(kind) },
  );
  const late = bind({ ...deps, ...over }, { bookLateExecution });
  const bookSealed: typeof late.bookLateExecution = (orderId, report, operator) =>
    late.bookLateExecution(orderId, deps.seals.seal(orderId, report), operator);
  return {
    venue,
    steps,
    raised,
    started,
    unconfirmed,
    bookClaimed: late.bookLateExecution,
    bookLateExecution: bookSealed,
  };
}

type Rig = ReturnType<typeof createRig>;

async function restOrder(
  { venue, steps }: Rig,
  accountId: string,
  over: Partial<OrderSubmission> = {},
): Promise<string> {
  const orderId = randomUUID();
  venue.script('rest');
  const resting = {
    orderId,
    type: 'LIMIT',
    timeInForce: 'GTC',
    limitPrice: '100',
    ...over,
  } as const;
  const submission = orderSubmission(accountId, resting);
  const { progress } = await steps.executeOrder(submission, { askFirst: false, isReleased: false });
  expect(progress?.status).toBe('NEW');
  return orderId;
}

async function cancelOrder(rig: Rig, orderId: string): Promise<void> {
  const options = { actor: 'client', mayBeAtBroker: true, mayBeOnItsWay: false };
  expect(await rig.steps.cancelAtBroker(orderId, options)).toMatchObject({ status: 'CANCELED' });
}

let sequence = 1_000;
const fillOf = (
  orderId: string,
  quantity: string,
  price: string,
  over: Partial<ExecutionReport> = {},
): ExecutionReport => {
  sequence += 1;
  return {
    broker: 'paper-broker',
    sequence,
    brokerExecutionId: `late-${randomUUID()}`,
    brokerClientOrderId: orderId,
    execType: 'TRADE',
    lastQuantity: quantity,
    lastPrice: price,
    cumulativeQuantity: quantity,
    leavesQuantity: '0',
    time: '2026-11-24T14:31:00.000Z',
    rejectCode: null,
    inAnswer: false,
    ...over,
  };
};

const breaksOf = async (brokerExecutionId: string) =>
  (await breaks.listBreaks({ status: 'all', cursor: null, limit: 1_000 })).items.filter(
    (one) => one.brokerExecutionId === brokerExecutionId,
  );

const fund = (cash: string) => createFundedAccount(database.sql, { cash });

describe('a fill of an order that had closed', () => {
  it('is booked to the cent and raised as a break, once, however often and at once it is tried', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(rig, accountId);
    await cancelOrder(rig, orderId);
    const report = fillOf(orderId, '4', '99.51');
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => rig.bookLateExecution(orderId, report, null)),
    );
    expect(new Set(outcomes)).toEqual(new Set(['LATE_FILL']));
    expect(await rig.bookLateExecution(orderId, report, null)).toBe('LATE_FILL');

    const books = await readBooks(database.sql, accountId);
    expect(books).toMatchObject({
      settled: '10000.00',
      unsettled: '-398.04',
      held: '0.00',
      buyingPower: '9601.96',
      openHolds: 0,
    });
    expect(books.positions).toEqual([
      { symbol: 'AAPL', quantity: '4', heldQuantity: '0', averagePrice: '99.51', securities: '4' },
    ]);
    expect(books.sums).toEqual({ USD: '0', AAPL: '0' });
    const found = await breaksOf(report.brokerExecutionId);
    expect(found).toMatchObject([
      {
        kind: 'LATE_FILL',
        orderId,
        accountId,
        details: { orderStatus: 'CANCELED' },
        resolvedAt: null,
      },
    ]);
    expect(rig.raised).toEqual(['LATE_FILL']);
  });

  it('is raised although the first attempt died between booking and raising', async () => {
    const dying = createRig({
      breaks: {
        raiseBreak: async () => {
          throw new Error('killed');
        },
      },
    });
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(dying, accountId);
    await cancelOrder(dying, orderId);
    const report = fillOf(orderId, '10', '99.99');
    await expect(dying.bookLateExecution(orderId, report, null)).rejects.toThrow('killed');
    const operator = { operator: 'user/olga', reason: 'the database is back' };
    expect(await createRig().bookLateExecution(orderId, report, operator)).toBe('LATE_FILL');
    expect(await breaksOf(report.brokerExecutionId)).toMatchObject([
      {
        details: {
          retriedBy: 'user/olga',
          retryReason: 'the database is back',
        },
      },
    ]);
    expect((await readBooks(database.sql, accountId)).unsettled).toBe('-999.90');
  });

  it('that was sold takes the shares and pays the cash', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const bought = await restOrder(rig, accountId);
    await rig.steps.bookReports(bought, [fillOf(bought, '10', '100.00')]);
    const orderId = await restOrder(rig, accountId, { side: 'SELL', limitPrice: '101' });
    await cancelOrder(rig, orderId);
    expect(await rig.bookLateExecution(orderId, fillOf(orderId, '6', '101.37'), null)).toBe(
      'LATE_FILL',
    );
    const books = await readBooks(database.sql, accountId);
    expect(books).toMatchObject({
      unsettled: '-391.78',
      held: '0.00',
      buyingPower: '9608.22',
      sums: { USD: '0', AAPL: '0' },
    });
    expect(books.positions).toMatchObject([{ quantity: '4', heldQuantity: '0', securities: '4' }]);
  });

  it('that sold shares which are held for another sale is booked, and so is the other', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const bought = await restOrder(rig, accountId);
    await rig.steps.bookReports(bought, [fillOf(bought, '10', '100.00')]);
    const orderId = await restOrder(rig, accountId, { side: 'SELL', limitPrice: '101' });
    await cancelOrder(rig, orderId);
    const other = await restOrder(rig, accountId, { side: 'SELL', limitPrice: '102' });
    expect(await rig.bookLateExecution(orderId, fillOf(orderId, '10', '101.00'), null)).toBe(
      'LATE_FILL',
    );
    expect((await readBooks(database.sql, accountId)).positions).toMatchObject([
      { quantity: '0', heldQuantity: '10', securities: '0' },
    ]);

    const rejected = await rig.steps.executeOrder(
      orderSubmission(accountId, {
        orderId: randomUUID(),
        side: 'SELL',
        type: 'LIMIT',
        timeInForce: 'GTC',
        limitPrice: '101',
        quantity: '1',
      }),
      { askFirst: false, isReleased: false },
    );
    expect(rejected.progress).toMatchObject({
      status: 'REJECTED',
      rejectCode: 'INSUFFICIENT_POSITION',
    });
    await rig.steps.bookReports(other, [fillOf(other, '10', '102.00')]);
    const books = await readBooks(database.sql, accountId);
    expect(books).toMatchObject({
      unsettled: '1030.00',
      openHolds: 0,
      sums: { USD: '0', AAPL: '0' },
    });
    expect(books.positions).toMatchObject([
      { quantity: '-10', heldQuantity: '0', securities: '-10' },
    ]);
  });

  it('whose cash is spent changes nothing until there is cash again', async () => {
    const rig = createRig();
    const { accountId } = await fund('1000.00');
    const orderId = await restOrder(rig, accountId);
    await cancelOrder(rig, orderId);
    const spent = await restOrder(rig, accountId);
    await rig.steps.bookReports(spent, [fillOf(spent, '10', '100.00')]);
    const report = fillOf(orderId, '10', '100.00');
    await expect(rig.bookLateExecution(orderId, report, null)).rejects.toThrow(/constraint/);
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      unsettled: '-1000.00',
      buyingPower: '0.00',
    });
    expect(await breaksOf(report.brokerExecutionId)).toEqual([]);

    await database.sql`
      select post_transfers(${accountId}::uuid, null, null, jsonb_build_array(jsonb_build_object(
        'key', 'deposit/late/' || ${accountId}::text, 'code', 'DEPOSIT', 'debit', 'DEPOSITS', 'credit', 'CASH_SETTLED',
        'asset', 'USD', 'amount', '1000.00')))`;
    await database.sql`update accounts set buying_power = buying_power + 1000 where id = ${accountId}`;
    expect(await rig.bookLateExecution(orderId, report, null)).toBe('LATE_FILL');
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      settled: '2000.00',
      unsettled: '-2000.00',
      buyingPower: '0.00',
    });
  });
});

describe('a report of an open order without a workflow', () => {
  it('is booked without a break, also when it is tried again after it ended the order', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(rig, accountId);
    const report = fillOf(orderId, '10', '99.00');
    expect(await rig.bookLateExecution(orderId, report, null)).toBe('BOOKED');
    expect(await rig.bookLateExecution(orderId, report, null)).toBe('BOOKED');
    expect(rig.raised).toEqual([]);
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      unsettled: '-990.00',
      held: '0.00',
      buyingPower: '9010.00',
    });
  });

  it('gets its order a workflow again when a part of it stays open', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(rig, accountId);
    expect(await rig.bookLateExecution(orderId, fillOf(orderId, '4', '99.00'), null)).toBe(
      'BOOKED',
    );
    expect(rig.started).toEqual([orderId]);
  });

  it('ends it and gives its hold back when the venue says that it expired', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(rig, accountId);
    const expired = fillOf(orderId, '0', '0', {
      execType: 'EXPIRED',
      lastQuantity: null,
      lastPrice: null,
    });
    expect(await rig.bookLateExecution(orderId, expired, null)).toBe('BOOKED');
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '0.00',
      buyingPower: '10000.00',
      openHolds: 0,
    });
    expect(rig.raised).toEqual([]);
  });
});

describe('what cannot be booked', () => {
  it('raises a fill beyond the ordered quantity as impossible and books nothing of it', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(rig, accountId);
    await cancelOrder(rig, orderId);
    const report = fillOf(orderId, '11', '99.00');
    expect(await rig.bookLateExecution(orderId, report, null)).toBe('IMPOSSIBLE_REPORT');
    expect(await rig.bookLateExecution(orderId, report, null)).toBe('IMPOSSIBLE_REPORT');
    expect(await breaksOf(report.brokerExecutionId)).toMatchObject([
      { kind: 'IMPOSSIBLE_REPORT', orderId, accountId },
    ]);
    expect(rig.raised).toEqual(['IMPOSSIBLE_REPORT']);
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      unsettled: '0.00',
      buyingPower: '10000.00',
      positions: [],
    });
  });

  it('raises a report of an order that is not ours, or that looks like ours', async () => {
    const rig = createRig();
    const strange = fillOf(randomUUID(), '1', '1', { brokerClientOrderId: 'somebody-else' });
    expect(await rig.bookLateExecution(null, strange, null)).toBe('UNKNOWN_ORDER');
    const lost = randomUUID();
    const report = fillOf(lost, '1', '1');
    expect(await rig.bookLateExecution(lost, report, null)).toBe('UNKNOWN_ORDER');
    expect(await breaksOf(strange.brokerExecutionId)).toMatchObject([
      { kind: 'UNKNOWN_ORDER', orderId: null, accountId: null },
    ]);
    expect(await breaksOf(report.brokerExecutionId)).toMatchObject([
      { kind: 'UNKNOWN_ORDER', orderId: null, details: { orderId: lost } },
    ]);
  });

  it('waits while a replacement has not taken its place', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const original = await restOrder(rig, accountId);
    const replacement = await restOrder(rig, accountId);
    await database.sql`update orders set replaces = ${original}, status = 'PENDING_NEW' where id = ${replacement}`;
    const report = fillOf(replacement, '1', '99.00');
    await expect(rig.bookLateExecution(replacement, report, null)).rejects.toMatchObject({
      name: 'ReplacementPending',
    });
    await database.sql`update orders set status = 'REPLACED' where id = ${original}`;
    expect(await rig.bookLateExecution(replacement, report, null)).toBe('BOOKED');
  });
});

describe('a report that our session has not sealed', () => {
  it('is booked when the venue confirms it', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(rig, accountId);
    const report = fillOf(orderId, '10', '99.00');
    const atVenue = rig.venue.orders.get(orderId) ?? expect.fail('the venue has the order');
    rig.venue.orders.set(orderId, {
      ...atVenue,
      status: 'FILLED',
      reports: [...atVenue.reports, report],
    });
    expect(await rig.bookClaimed(orderId, report, null)).toBe('BOOKED');
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      unsettled: '-990.00',
      held: '0.00',
    });
    expect(rig.unconfirmed).toEqual([]);
  });

  it.each<[string, Partial<ExecutionReport>]>([
    ['a fill', {}],
    ['an end', { execType: 'CANCELED', lastQuantity: null, lastPrice: null }],
  ])('and that the venue knows nothing of, fails and changes nothing: %s', async (_, over) => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const orderId = await restOrder(rig, accountId);
    const before = await readBooks(database.sql, accountId);
    const report = fillOf(orderId, '10', '99.00', over);
    await expect(rig.bookClaimed(orderId, report, null)).rejects.toMatchObject({
      name: 'ReportUnconfirmed',
    });
    expect(await readBooks(database.sql, accountId)).toEqual(before);
    expect(await breaksOf(report.brokerExecutionId)).toEqual([]);
    expect(rig.unconfirmed).toEqual([1]);
  });

  it('of another order is none of this one, also when the venue has it', async () => {
    const rig = createRig();
    const { accountId } = await fund('10000.00');
    const [orderId, other] = [await restOrder(rig, accountId), await restOrder(rig, accountId)];
    const [report] = rig.venue.orders.get(other)?.reports ?? [];
    if (!report) return expect.fail('the venue has the order');
    await expect(rig.bookClaimed(orderId, report, null)).rejects.toMatchObject({
      name: 'ReportUnconfirmed',
    });
    expect(rig.unconfirmed).toEqual([1]);
  });
});
