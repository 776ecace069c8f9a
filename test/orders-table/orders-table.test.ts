import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORDER_TYPES, rulesOf, TIMES_IN_FORCE } from '../../domain/orders/order.ts';
import { createFundedAccounts, type FundedAccount } from '../support/accounts.ts';
import { bookTrades } from '../support/booked-trades.ts';
import { readBooks } from '../support/books.ts';
import { averagePrice, expectedBooks, scriptedFills, totalQuantity } from './expected-books.ts';
import { CASES, SCENARIOS, type TableCase } from './outcomes.ts';
import { createTableRig, type TableRig } from './rig.ts';
import { courseOf, ROWS } from './rows.ts';
import { play } from './scenarios.ts';
import { until } from './until.ts';

const MINUTE_MS = 60_000;
/** A fill's trade date, and the next session's after it: Thursday is Thanksgiving. */
const DATES = { Tue: ['2026-11-24', '2026-11-25'], Wed: ['2026-11-25', '2026-11-27'] } as const;

let rig: TableRig;
let accounts: FundedAccount[];
beforeAll(async () => {
  rig = await createTableRig();
  accounts = await createFundedAccounts(rig.database.sql, CASES.length, { cash: '100000.00' });
  const sellers = accounts.filter((_account, index) => CASES[index]?.row.side === 'SELL');
  const trade = {
    symbol: 'AAPL',
    side: 'BUY',
    quantity: '10',
    price: '100.00',
    settlementDate: '2026-11-24',
  } as const;
  await bookTrades(
    rig.database.sql,
    sellers.map(({ accountId }) => ({ accountId, ...trade })),
  );
});
afterAll(async () => {
  expect(rig.unconfirmed()).toBe(0);
  await rig.stop();
});

describe('the table of orders', () => {
  it('has a row for every type with every time in force that it may have, and a cell for every scenario', () => {
    const bought = ROWS.filter(({ side, isNotional }) => side === 'BUY' && !isNotional).map(
      (row) => `${row.type} ${row.timeInForce}`,
    );
    const allowed = ORDER_TYPES.flatMap((type) =>
      rulesOf(type).timesInForce.map((timeInForce) => `${type} ${timeInForce}`),
    );
    expect([...bought].sort()).toEqual([...allowed].sort());
    expect(TIMES_IN_FORCE).toHaveLength(6);
    expect(ROWS).toHaveLength(23);
    expect(SCENARIOS).toHaveLength(7);
    // Four rows are ended by an operator in one scenario, each by both of his words.
    expect(CASES).toHaveLength(23 * 7 + 4);
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });

  for (const [index, one] of CASES.entries()) {
    it(one.name, async () => {
      const account = accounts[index];
      if (!account) throw new Error('each case has an account');
      const orderId = await play(rig, account, one);
      await expectEnd(orderId, one);
      await expectBooks(account.accountId, orderId, one);
    });
  }
});

/**
 * The workflow, where one was needed, has completed; the order stands as the table says, and the
 * venue says the same.
 */
async function expectEnd(orderId: string, { row, outcome }: TableCase): Promise<void> {
  const fills = scriptedFills(row, outcome.fills);
  const filledQuantity = totalQuantity(fills);
  const isRejectedHere = outcome.rejectCode === 'MARKET_CLOSED';
  const result = isRejectedHere ? (await rig.read(orderId)).order : await rig.result(orderId);
  if (outcome.workflow === null) {
    const { status, rejectCode } = outcome;
    expect(result).toMatchObject({
      status,
      rejectCode,
      filledQuantity,
      leavesQuantity: '0',
      averageFillPrice: averagePrice(fills),
    });
  } else {
    expect(result).toMatchObject({
      status: outcome.workflow.status,
      filledQuantity: '0',
      leavesQuantity: '0',
    });
    await rig.comeBack({ withStream: true });
    await until(
      () => readBreaks(orderId),
      (breaks) => breaks.length > 0,
      'the late fill is booked and raised',
    );
  }
  const { order } = await rig.read(orderId);
  expect(order).toMatchObject({
    status: outcome.status,
    rejectCode: outcome.rejectCode,
    filledQuantity,
    leavesQuantity: '0',
  });
  expect(order.averageFillPrice).toBe(averagePrice(fills));
  if (outcome.endsAt !== null) {
    const endedMs = rig.time.toMarket(
      Date.parse(order.filledAt ?? order.canceledAt ?? order.expiredAt ?? ''),
    );
    expect(endedMs - outcome.endsAt).toBeGreaterThanOrEqual(0);
    expect(endedMs - outcome.endsAt).toBeLessThan(MINUTE_MS);
  }
  const there = rig.venue().ordersThere();
  expect(there.length).toBeLessThanOrEqual(1);
  expect(there[0]?.filledQuantity ?? '0').toBe(filledQuantity);
}

/** Money, shares, holds and fills to the cent, as the scripted quotes make them. */
async function expectBooks(
  accountId: string,
  orderId: string,
  { row, outcome }: TableCase,
): Promise<void> {
  const { sql } = rig.database;
  const fills = scriptedFills(row, outcome.fills);
  const executions = await sql`
    select trim_scale(e.quantity)::text as quantity, trim_scale(e.price)::text as price,
      s.trade_date::text, s.settlement_date::text, s.status
    from executions e join settlement_instructions s on s.execution_id = e.id where e.order_id = ${orderId} order by e.executed_at`;
  expect([...executions]).toEqual(
    fills.map(({ quantity, price, day }) => {
      const [tradeDate, settlementDate] = DATES[day];
      const plainPrice = price.replace(/\.?0+$/, '');
      return {
        quantity,
        price: plainPrice,
        trade_date: tradeDate,
        settlement_date: settlementDate,
        status: 'PENDING',
      };
    }),
  );
  const holds =
    await sql`select trim_scale(amount)::text as amount, remaining::float8 from holds where order_id = ${orderId}`;
  const isRejectedHere = outcome.rejectCode === 'MARKET_CLOSED';
  expect([...holds]).toEqual(isRejectedHere ? [] : [{ amount: courseOf(row).hold, remaining: 0 }]);
  expect(await readBooks(sql, accountId)).toEqual(expectedBooks(row, fills));
  expect(await readBreaks(orderId)).toEqual(outcome.workflow?.breaks ?? []);
}

async function readBreaks(orderId: string): Promise<string[]> {
  const breaks = await rig.database.sql<
    { kind: string }[]
  >`select kind from breaks where order_id = ${orderId}`;
  return breaks.map(({ kind }) => kind);
}
