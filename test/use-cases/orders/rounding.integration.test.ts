import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import { createOrderStore } from '../../../adapters/postgres/orders/order-store.ts';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import type { OrderStore } from '../../../contracts/orders/order-store.ts';
import { createFundedAccount } from '../../support/accounts.ts';
import { readBooks } from '../../support/books.ts';
import { createOrderStepsRig, orderSubmission } from '../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../support/services.ts';
import { checkHub } from '../../support/trading-invariants.ts';

let database: Database;
let orders: OrderStore;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 4,
    applicationName: 'test',
  });
  orders = createOrderStore(database);
  await database.sql`
    insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ'), ('MSFT', 'Microsoft', 'NASDAQ')`;
});
afterAll(() => database?.close());

/**
 * An account of 100,000.00 that trades one symbol at a price that never moves. Tells of each order
 * what it was rejected for, or the cash it moved.
 */
async function tradeAt(symbol: string, price: string) {
  const { accountId } = await createFundedAccount(database.sql, { cash: '100000.00' });
  const rig = createOrderStepsRig(orders, { price, quote: { symbol, bid: price, ask: price } });
  const trade = async (
    side: 'BUY' | 'SELL',
    quantity: string,
    over: Partial<OrderSubmission> = {},
  ): Promise<string> => {
    const submission = orderSubmission(accountId, { symbol, side, quantity, ...over });
    await rig.executeOrder(submission, { askFirst: false, isReleased: false });
    const [row] = await database.sql<{ rejection: string | null; cash: string | null }[]>`
      select o.reject_code as rejection, (select sum(cash)::text from executions e where e.order_id = o.id) as cash
      from orders o where o.id = ${submission.orderId}`;
    return row?.rejection ?? row?.cash ?? 'open';
  };
  const times = async (
    count: number,
    side: 'BUY' | 'SELL',
    quantity: string,
  ): Promise<Set<string>> => {
    const seen = new Set<string>();
    for (let order = 0; order < count; order += 1) seen.add(await trade(side, quantity));
    return seen;
  };
  return {
    trade,
    times,
    buyingPower: async () => (await readBooks(database.sql, accountId)).buyingPower,
  };
}

describe('at a price that never moves', () => {
  it('BUY 0.0017982 MSFT at 29.35 and ten SELLs of 0.00017982 are rejected, and move nothing', async () => {
    const { trade, times, buyingPower } = await tradeAt('MSFT', '29.35');
    expect(await trade('BUY', '0.0017982')).toBe('ORDER_TOO_SMALL');
    expect(await times(10, 'SELL', '0.00017982')).toEqual(new Set(['ORDER_TOO_SMALL']));
    expect(await buyingPower()).toBe('100000.00');
  });

  it('the same in sizes that are taken costs six cents: bought for 10.56, sold ten times for 1.05', async () => {
    const { trade, times, buyingPower } = await tradeAt('MSFT', '29.35');
    expect(await trade('BUY', '0.35964')).toBe('10.56');
    expect(await times(10, 'SELL', '0.035964')).toEqual(new Set(['1.05']));
    expect(await buyingPower()).toBe('99999.94');
    expect(await checkHub(database.sql)).toEqual([]);
  });

  it('100 BUYs of 0.00002074 AAPL are rejected, and move nothing', async () => {
    const { times, buyingPower } = await tradeAt('AAPL', '226.66');
    expect(await times(100, 'BUY', '0.00002074')).toEqual(new Set(['ORDER_TOO_SMALL']));
    expect(await buyingPower()).toBe('100000.00');
  });

  it('the same in sizes that are taken costs nine cents: bought ten times for 1.01, sold for 10.01', async () => {
    const { trade, times, buyingPower } = await tradeAt('AAPL', '226.66');
    expect(await times(10, 'BUY', '0.00442')).toEqual(new Set(['1.01']));
    expect(await trade('SELL', '0.0442')).toBe('10.01');
    expect(await buyingPower()).toBe('99999.91');
    expect(await checkHub(database.sql)).toEqual([]);
  });

  it('what is left of a position is sold whole, though it brings nothing', async () => {
    const { trade, buyingPower } = await tradeAt('AAPL', '226.66');
    expect(await trade('BUY', '0.01')).toBe('2.27');
    expect(await trade('SELL', '0.00999999')).toBe('2.26');
    expect(await trade('SELL', '0.00000001')).toBe('0.00');
    expect(await buyingPower()).toBe('99999.99');
    expect(await checkHub(database.sql)).toEqual([]);
  });

  it('a notional never costs more than it says', async () => {
    const { trade } = await tradeAt('MSFT', '29.35');
    const spend = (notional: string) => trade('BUY', '', { quantity: null, notional });
    expect(await spend('10.00')).toBe('10.00');
    expect(await spend('1.00')).toBe('1.00');
    expect(await spend('0.99')).toBe('ORDER_TOO_SMALL');
  });
});
