import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { OrderTerms } from '../../contracts/orders/order.ts';
import type { Replacement } from '../../contracts/orders/workflow-messages.ts';
import { createFundedAccount, type FundedAccount } from '../support/accounts.ts';
import { readBooks } from '../support/books.ts';
import type { MarketQuote, VenueMood } from '../support/engine-broker.ts';
import { expectSuspended, sayWord, untilStatus } from './case-steps.ts';
import { day90, summer, tue, wed } from './market-time.ts';
import { createTableRig, type TableRig } from './rig.ts';
import { OPENING, ROWS, termsOf } from './rows.ts';
import { until } from './until.ts';

const QUOTE = { ...OPENING, bidSize: '1000', askSize: '1000' };
const NOTHING_OFFERED = { ...OPENING, bidSize: '0', askSize: '0' };
const UNTOUCHED = {
  settled: '100000.00',
  unsettled: '0.00',
  held: '0.00',
  buyingPower: '100000.00',
  openHolds: 0,
  positions: [],
};
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

let rig: TableRig;
beforeAll(async () => {
  rig = await createTableRig();
});
afterAll(() => rig?.stop());

const fund = (): Promise<FundedAccount> =>
  createFundedAccount(rig.database.sql, { cash: '100000.00' });

const limitOrder = (over: Partial<OrderTerms> = {}): OrderTerms => ({
  ...termsOf({ side: 'BUY', type: 'LIMIT', timeInForce: 'DAY', isNotional: false }),
  ...over,
});

/** Submits on a quote at a moment of the market's calendar. */
async function submitAt(
  marketMs: number,
  terms: OrderTerms,
  { quote = QUOTE, mood = 'ANSWERING' }: { quote?: MarketQuote; mood?: VenueMood } = {},
): Promise<{ orderId: string; accountId: string }> {
  const account = await fund();
  await rig.begin(marketMs);
  rig.venue().mood = mood;
  await rig.quote(quote);
  return { orderId: await rig.submit(account, terms), accountId: account.accountId };
}

/** An instant of the server's as the market's, to the millisecond. */
const atMarket = (timestamp: string | null): number | null =>
  timestamp === null ? null : rig.time.toMarket(Date.parse(timestamp));

/** The venue's first report of the one order that it has. */
async function untilPlaced(): Promise<{ report: ExecutionReport; atMs: number }> {
  const [order] = await until(
    () => rig.venue().ordersThere(),
    ({ length }) => length === 1,
    'the venue has the order',
  );
  const report = order?.reports[0];
  if (!report) throw new Error('a placed order has a report');
  return { report, atMs: rig.time.toMarket(Date.parse(report.time)) };
}

function expectWithinTheMinuteAfter(atMs: number | null, momentMs: number): void {
  expect((atMs ?? 0) - momentMs).toBeGreaterThanOrEqual(0);
  expect((atMs ?? 0) - momentMs).toBeLessThan(MINUTE_MS);
}

describe('an order that is taken while the market is closed', () => {
  it('waits from Friday evening over the weekend and Labor Day for Tuesday’s open, and goes to the venue then', async () => {
    const open = summer('2026-09-08', '09:30');
    const { orderId, accountId } = await submitAt(summer('2026-09-04', '17:00'), limitOrder());
    const { order } = await rig.read(orderId);
    expect([atMarket(order.releaseAt), atMarket(order.expiresAt)]).toEqual([
      open,
      summer('2026-09-08', '16:00'),
    ]);

    await rig.advanceTo(open - MINUTE_MS);
    expect(rig.venue().ordersThere()).toEqual([]);
    expect((await rig.read(orderId)).order.status).toBe('PENDING_NEW');
    expect(await readBooks(rig.database.sql, accountId)).toMatchObject({
      held: '1001.00',
      buyingPower: '98999.00',
    });

    await rig.advanceTo(open);
    expectWithinTheMinuteAfter((await untilPlaced()).atMs, open);
    expect(await rig.result(orderId)).toMatchObject({ status: 'FILLED', filledQuantity: '10' });
    const dates = await rig.database.sql`
      select s.trade_date::text, s.settlement_date::text from settlement_instructions s join executions e on e.id = s.execution_id
      where e.order_id = ${orderId}`;
    expect([...dates]).toEqual([{ trade_date: '2026-09-08', settlement_date: '2026-09-09' }]);
  });

  for (const row of ROWS.filter(
    ({ side, timeInForce }) => side === 'BUY' && timeInForce === 'DAY',
  )) {
    const name = `${row.type}${row.isNotional ? ' by notional' : ''}`;
    it(`expires at the close of the session that it waited for, when nothing trades: ${name}`, async () => {
      const { orderId, accountId } = await submitAt(tue('17:00'), termsOf(row), {
        quote: NOTHING_OFFERED,
      });
      await rig.advanceTo(wed('09:30'));
      await untilStatus(rig, orderId, 'NEW');
      await rig.advanceTo(wed('15:59'));
      expect((await rig.read(orderId)).order.status).toBe('NEW');
      await rig.advanceTo(wed('16:00'));
      expect(await rig.result(orderId)).toMatchObject({ status: 'EXPIRED', filledQuantity: '0' });
      expect(atMarket((await rig.read(orderId)).order.expiredAt)).toBe(wed('16:00'));
      expect(await readBooks(rig.database.sql, accountId)).toMatchObject(UNTOUCHED);
    });
  }

  it('is canceled without a word to the venue', async () => {
    const { orderId, accountId } = await submitAt(tue('17:00'), limitOrder());
    // A venue that answers nothing at all would hold up a cancel that asked it.
    rig.venue().mood = 'UNREACHABLE';
    expect(await rig.workflows.cancelOrder(orderId, randomUUID())).toBe('DONE');
    expect(await rig.result(orderId)).toMatchObject({ status: 'CANCELED', isAcknowledged: false });
    expect(rig.venue().ordersThere()).toEqual([]);
    expect(await readBooks(rig.database.sql, accountId)).toMatchObject(UNTOUCHED);
  });

  it('is replaced without a word to the venue, and the replacement goes there at the same open', async () => {
    const { orderId, accountId } = await submitAt(tue('17:00'), limitOrder());
    const replacement: Replacement = {
      orderId: randomUUID(),
      terms: { quantity: '12', limitPrice: '100.05' },
      idempotency: null,
      requestedAt: new Date(rig.time.clock()).toISOString(),
    };
    rig.venue().mood = 'UNREACHABLE';
    expect(await rig.workflows.replaceOrder(orderId, replacement.orderId, replacement)).toBe(
      'DONE',
    );
    expect(await rig.result(orderId)).toMatchObject({ status: 'REPLACED', filledQuantity: '0' });
    rig.venue().mood = 'ANSWERING';
    const { order } = await rig.read(replacement.orderId);
    expect(order).toMatchObject({
      status: 'PENDING_NEW',
      replaces: orderId,
      quantity: '12',
      limitPrice: '100.05',
    });
    expect(atMarket(order.releaseAt)).toBe(wed('09:30'));
    expect(await readBooks(rig.database.sql, accountId)).toMatchObject({
      held: '1200.60',
      buyingPower: '98799.40',
      openHolds: 1,
    });

    await rig.waits(replacement.orderId);
    await rig.advanceTo(wed('09:29'));
    expect(rig.venue().ordersThere()).toEqual([]);
    await rig.advanceTo(wed('09:30'));
    const { report, atMs } = await untilPlaced();
    expectWithinTheMinuteAfter(atMs, wed('09:30'));
    expect(report.brokerClientOrderId).toContain(replacement.orderId);
    expect(await rig.result(replacement.orderId)).toMatchObject({
      status: 'FILLED',
      filledQuantity: '12',
    });
    const books = await readBooks(rig.database.sql, accountId);
    expect(books).toMatchObject({
      settled: '100000.00',
      unsettled: '-1200.00',
      held: '0.00',
      buyingPower: '98800.00',
      openHolds: 0,
    });
    expect(books.positions).toEqual([
      { symbol: 'AAPL', quantity: '12', heldQuantity: '0', averagePrice: '100', securities: '12' },
    ]);
    expect(books.sums).toEqual({ USD: '0', AAPL: '0' });
  });
});

it('a GTC order that rests expires 90 days after it was taken', async () => {
  const { orderId, accountId } = await submitAt(
    tue('10:00'),
    limitOrder({ timeInForce: 'GTC', limitPrice: '60.00' }),
  );
  await untilStatus(rig, orderId, 'NEW');
  expectWithinTheMinuteAfter(atMarket((await rig.read(orderId)).order.expiresAt), day90('10:00'));
  await rig.advanceTo(day90('09:59'));
  expect((await rig.read(orderId)).order.status).toBe('NEW');
  await rig.advanceTo(day90('10:01'));
  expect(await rig.result(orderId)).toMatchObject({ status: 'EXPIRED', filledQuantity: '0' });
  expectWithinTheMinuteAfter(atMarket((await rig.read(orderId)).order.expiredAt), day90('10:00'));
  expect(await readBooks(rig.database.sql, accountId)).toMatchObject(UNTOUCHED);
}, 120_000);

describe('an order for an auction', () => {
  it.each([
    { timeInForce: 'OPG', cutoff: wed('09:28'), auction: wed('09:30') },
    { timeInForce: 'CLS', cutoff: tue('15:50'), auction: tue('16:00') },
  ] as const)(
    '$timeInForce goes to the venue at its cutoff, with the time of its auction',
    async ({ timeInForce, cutoff, auction }) => {
      const { orderId } = await submitAt(tue('10:00'), limitOrder({ timeInForce }));
      const { order, auctionAt } = await rig.read(orderId);
      expect([atMarket(order.releaseAt), atMarket(auctionAt)]).toEqual([cutoff, auction]);
      expect(atMarket(order.expiresAt)).toBe(auction + 5 * MINUTE_MS);
      await rig.advanceTo(cutoff - SECOND_MS);
      expect(rig.venue().ordersThere()).toEqual([]);
      await rig.advanceTo(cutoff);
      expectWithinTheMinuteAfter((await untilPlaced()).atMs, cutoff);
      await untilStatus(rig, orderId, 'NEW');

      // No quote comes: the venue calls the auction off.
      await rig.advanceTo(auction + MINUTE_MS);
      expect(await rig.result(orderId)).toMatchObject({ status: 'CANCELED', filledQuantity: '0' });
    },
  );

  it('that comes after the last cutoff takes part in the next auction', async () => {
    const { orderId } = await submitAt(tue('15:50'), limitOrder({ timeInForce: 'CLS' }));
    expect(atMarket((await rig.read(orderId)).auctionAt)).toBe(wed('16:00'));
    expect(await rig.workflows.cancelOrder(orderId, randomUUID())).toBe('DONE');
  });
});

describe('a venue that says nothing', () => {
  it.each(['DAY', 'GTC', 'IOC', 'FOK'] as const)(
    'and is back before the next retry gets the order once: %s',
    async (timeInForce) => {
      const { orderId, accountId } = await submitAt(tue('10:00'), limitOrder({ timeInForce }), {
        mood: 'UNREACHABLE',
      });
      await rig.advanceTo(tue('10:03'));
      expect((await rig.read(orderId)).order.status).toBe('PENDING_NEW');
      await rig.comeBack({ withStream: true });
      await rig.advanceTo(tue('10:06'));
      expect(await rig.result(orderId)).toMatchObject({ status: 'FILLED', filledQuantity: '10' });
      expect(rig.venue().ordersThere()).toHaveLength(1);
      expect(await readBooks(rig.database.sql, accountId)).toMatchObject({
        held: '0.00',
        unsettled: '-1000.00',
        buyingPower: '99000.00',
      });
    },
  );

  it('for good leaves to an operator even an order whose day is over', async () => {
    const { orderId, accountId } = await submitAt(tue('10:00'), limitOrder(), {
      quote: NOTHING_OFFERED,
      mood: 'MUTE',
    });
    await rig.advanceTo(wed('10:00'));
    await expectSuspended(rig, orderId);
    await sayWord({ rig, word: 'fail' }, orderId);
    expect(await rig.result(orderId)).toMatchObject({ status: 'CANCELED', filledQuantity: '0' });
    expect(await readBooks(rig.database.sql, accountId)).toMatchObject(UNTOUCHED);
  });
});
