import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import {
  createOrderReader,
  orderListQuery,
} from '../../../../adapters/postgres/orders/order-reader.ts';
import type { Broker } from '../../../../contracts/broker-session/broker.ts';
import { inFieldOrder } from '../../../../contracts/fields.ts';
import { ORDER_FIELDS } from '../../../../contracts/orders/order-fields.ts';
import type { OrderReader } from '../../../../contracts/orders/order-reader.ts';
import { listOrders } from '../../../../use-cases/orders/read-orders.ts';
import { createFundedAccount, type FundedAccount } from '../../../support/accounts.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { insertOrder, insertSettlement } from '../readers-fixtures.ts';

const SETTLED = { status: 'SETTLED', settled_at: '2026-11-25T11:00:00.000Z' };

let url: string;
/**
 * Makes the data; the readers have the pool that the processes have, whose parsers drizzle has
 * changed.
 */
let books: postgres.Sql;
let database: Database;
let reader: OrderReader;

beforeAll(async () => {
  url = (await createTestDatabase()).url;
  books = postgres(url, { max: 2, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 4, applicationName: 'readers-orders' });
  reader = createOrderReader(database.sql);
});

afterAll(() => Promise.all([database?.close(), books?.end()]));

const newAccount = (): Promise<FundedAccount> => createFundedAccount(books, { cash: '1000.00' });

describe('an order', () => {
  it('is read with canonical decimals, a rounded average price and instants in UTC', async () => {
    const { accountId } = await newAccount();
    const id = await insertOrder(books, accountId, {
      status: 'PARTIALLY_FILLED',
      quantity: '10.50000000',
      filled_quantity: '3',
      filled_notional: '302.0000000000000001',
      market_price_at_submission: '101.10',
      market_data_timestamp: '2026-11-24T09:29:59.120-05:00',
      new_at: '2026-11-24T14:30:00.050Z',
    });
    expect(await reader.findOrder(accountId, id)).toEqual(
      inFieldOrder(ORDER_FIELDS, {
        id,
        clientOrderId: id,
        accountId,
        symbol: 'AAPL',
        broker: 'paper-broker',
        side: 'BUY',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '10.5',
        limitPrice: '101.5',
        status: 'PARTIALLY_FILLED',
        filledQuantity: '3',
        leavesQuantity: '7.5',
        averageFillPrice: '100.66666667',
        marketPriceAtSubmission: '101.1',
        marketDataTimestamp: '2026-11-24T14:29:59.120Z',
        submittedAt: '2026-11-24T14:30:00.000Z',
        updatedAt: '2026-11-24T14:30:00.000Z',
        newAt: '2026-11-24T14:30:00.050Z',
      }),
    );
  });

  it('of each type is read with its prices, its amount of money and the orders around it', async () => {
    const { accountId } = await newAccount();
    const read = async (columns: Record<string, string | null>) =>
      reader.findOrder(accountId, await insertOrder(books, accountId, columns));
    expect(
      await read({ type: 'STOP_LIMIT', stop_price: '99.50', limit_price: '99' }),
    ).toMatchObject({
      stopPrice: '99.5',
      limitPrice: '99',
    });
    expect(
      await read({ type: 'TRAILING_STOP', trail_percent: '2.5000', limit_price: null }),
    ).toMatchObject({ trailPercent: '2.5' });
    expect(
      await read({ type: 'MARKET', notional: '500.5', limit_price: null, quantity: '4.93' }),
    ).toMatchObject({ notional: '500.50' });
    const rejected = {
      status: 'REJECTED',
      reject_code: 'NO_QUOTE',
      notional: '500',
      quantity: '0',
    };
    expect(await read({ type: 'MARKET', limit_price: null, ...rejected })).toMatchObject({
      notional: '500.00',
      quantity: '0',
      leavesQuantity: '0',
    });
    const [before, after] = [randomUUID(), randomUUID()];
    const replaced = {
      status: 'REPLACED',
      replaces: before,
      replaced_by: after,
      replaced_at: '2026-11-24T15:00:00.001Z',
    };
    expect(await read({ ...replaced, release_at: '2026-11-25T09:30:00-05:00' })).toMatchObject({
      replaces: before,
      replacedBy: after,
      replacedAt: '2026-11-24T15:00:00.001Z',
      releaseAt: '2026-11-25T14:30:00.000Z',
      leavesQuantity: '0',
    });
  });

  it('has its fields in the order in which they are always written', async () => {
    const { accountId } = await newAccount();
    const order = await reader.findOrder(accountId, await insertOrder(books, accountId));
    expect(Object.keys(order ?? {})).toEqual(Object.keys(ORDER_FIELDS));
  });

  it('has no leaves once it is closed, and tells why it was rejected', async () => {
    const { accountId } = await newAccount();
    const id = await insertOrder(books, accountId, {
      status: 'REJECTED',
      reject_code: 'INSUFFICIENT_BUYING_POWER',
      reject_facts: { required: '2057.50', available: '100.00' },
      rejected_at: '2026-11-24T14:30:00.001Z',
    });
    expect(await reader.findOrder(accountId, id)).toMatchObject({
      leavesQuantity: '0',
      averageFillPrice: null,
      rejectCode: 'INSUFFICIENT_BUYING_POWER',
      rejectFacts: { required: '2057.50', available: '100.00' },
      rejectedAt: '2026-11-24T14:30:00.001Z',
    });
  });

  it('reads the same through a client with its own date parsers and in a session of another time zone', async () => {
    const { accountId } = await newAccount();
    const id = await insertOrder(books, accountId, {
      submitted_at: '2026-07-01T23:59:59.999Z',
      updated_at: '2026-11-24T00:00:00.000Z',
    });
    const expected = await reader.findOrder(accountId, id);
    for (const TimeZone of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
      const plain = postgres(url, { max: 1, connection: { TimeZone } });
      const zoned = openDatabase(`${url}?TimeZone=${encodeURIComponent(TimeZone)}`, {
        poolSize: 1,
        applicationName: 'readers-zoned',
      });
      try {
        expect(await createOrderReader(plain).findOrder(accountId, id)).toEqual(expected);
        expect((await zoned.sql`show TimeZone`)[0]).toEqual({ TimeZone });
        expect(await createOrderReader(zoned.sql).findOrder(accountId, id)).toEqual(expected);
      } finally {
        await Promise.all([plain.end(), zoned.close()]);
      }
    }
    expect(expected).toMatchObject({
      submittedAt: '2026-07-01T23:59:59.999Z',
      updatedAt: '2026-11-24T00:00:00.000Z',
    });
  });

  it('of another account is as unknown as one that never was', async () => {
    const [owner, other] = [await newAccount(), await newAccount()];
    const id = await insertOrder(books, owner.accountId);
    for (const [accountId, orderId] of [
      [other.accountId, id],
      [owner.accountId, randomUUID()],
    ] as const) {
      expect(await reader.findOrder(accountId, orderId)).toBeNull();
      expect(await reader.listExecutions(accountId, orderId)).toBeNull();
      expect(await reader.listTimeline(accountId, orderId)).toBeNull();
    }
  });
});

describe('the list of orders', () => {
  it('gives every order once, newest first, however many share an instant and arrive meanwhile', async () => {
    const { accountId, caller } = await newAccount();
    const stopless = { listStops: async () => new Map() } as Partial<Broker> as Broker;
    const brokers = { of: () => stopless };
    const deps = { reader, brokers, logger: pino({ enabled: false }) };
    const ids: { id: string; submittedAt: string }[] = [];
    for (let i = 0; i < 23; i += 1) {
      const submittedAt = `2026-11-24T14:30:00.00${Math.floor(i / 5)}Z`;
      ids.push({
        id: await insertOrder(books, accountId, { submitted_at: submittedAt }),
        submittedAt,
      });
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listOrders(deps, caller, {
        status: 'all',
        symbol: null,
        limit: 4,
        cursor,
      });
      expect(page.items.length).toBeLessThanOrEqual(4);
      seen.push(...page.items.map((order) => order.id));
      await insertOrder(books, accountId, { submitted_at: '2026-11-24T15:00:00.000Z' });
      cursor = page.nextCursor;
    } while (cursor !== null);
    const newestFirst = ids
      .sort((a, b) => (`${a.submittedAt}${a.id}` < `${b.submittedAt}${b.id}` ? 1 : -1))
      .map((order) => order.id);
    expect(seen).toEqual(newestFirst);
  });

  it('holds what the filter names, and of the own account only', async () => {
    const [owner, other] = [await newAccount(), await newAccount()];
    const open = await insertOrder(books, owner.accountId, { status: 'SUSPENDED' });
    const closed = await insertOrder(books, owner.accountId, {
      status: 'CANCELED',
      submitted_at: '2026-11-24T14:29:00.000Z',
    });
    const msft = await insertOrder(books, owner.accountId, {
      symbol: 'MSFT',
      submitted_at: '2026-11-24T14:28:00.000Z',
    });
    await insertOrder(books, other.accountId);
    const list = async (status: 'open' | 'closed' | 'all', symbol: string | null) =>
      (
        await reader.listOrders({
          accountId: owner.accountId,
          status,
          symbol,
          after: null,
          limit: 10,
        })
      ).map((order) => order.id);
    expect(await list('all', null)).toEqual([open, closed, msft]);
    expect(await list('open', null)).toEqual([open, msft]);
    expect(await list('closed', null)).toEqual([closed]);
    expect(await list('open', 'MSFT')).toEqual([msft]);
    expect(await list('closed', 'MSFT')).toEqual([]);
  });

  it('is read from an index in its order, without a sequential scan or a sort, whatever the filter', async () => {
    const { accountId } = await newAccount();
    await books`
      insert into orders (id, account_id, client_order_id, symbol, broker, side, type, time_in_force, quantity, status, submitted_at, updated_at)
      select gen_random_uuid(), ${accountId}, 'bulk-' || n, (array['AAPL','MSFT','IBM','GOOG'])[1 + n % 4], 'paper-broker', 'BUY', 'MARKET', 'DAY', 1,
             case when n % 50 = 0 then 'NEW' else 'CANCELED' end, now() - n * interval '1 second', now()
      from generate_series(1, 20000) as n`;
    await books`analyze orders`;
    const after = {
      submittedAt: new Date(Date.now() - 3_600_000).toISOString(),
      orderId: randomUUID(),
    };
    for (const status of ['open', 'closed', 'all'] as const) {
      for (const symbol of [null, 'MSFT']) {
        for (const place of [null, after]) {
          const query = orderListQuery(database.sql, {
            accountId,
            status,
            symbol,
            after: place,
            limit: 51,
          });
          const plan = (await database.sql`explain ${query}`)
            .map((row) => String(row['QUERY PLAN']))
            .join('\n');
          expect(plan).not.toMatch(/Seq Scan/);
          expect(plan).not.toMatch(/Sort/);
          expect(plan).toMatch(/Index Scan.* using orders_/);
          if (place) expect(plan).toMatch(/Index Cond:.*ROW\(submitted_at, id\)/);
        }
      }
    }
  });
});

describe("an order's executions and timeline", () => {
  it('are empty for an order to which nothing has happened', async () => {
    const { accountId } = await newAccount();
    const id = await insertOrder(books, accountId);
    expect(await reader.listExecutions(accountId, id)).toEqual([]);
    expect(await reader.listTimeline(accountId, id)).toEqual([]);
  });

  it('come oldest first', async () => {
    const { accountId } = await newAccount();
    const orderId = await insertOrder(books, accountId, {
      status: 'FILLED',
      filled_quantity: '10',
      filled_notional: '1015',
    });
    const fills = [
      {
        id: randomUUID(),
        quantity: '4',
        price: '101.50',
        cash: '406.00',
        executed_at: '2026-11-24T14:30:02.000Z',
      },
      {
        id: randomUUID(),
        quantity: '6',
        price: '101.5',
        cash: '609',
        executed_at: '2026-11-24T14:30:01.000Z',
      },
    ];
    for (const fill of fills) {
      const row = {
        ...fill,
        broker: 'paper-broker',
        broker_execution_id: `x-${fill.id}`,
        order_id: orderId,
        account_id: accountId,
        symbol: 'AAPL',
        side: 'BUY',
      };
      await books`insert into executions ${books(row)}`;
      await insertSettlement(books, {
        execution_id: fill.id,
        account_id: accountId,
        ...(fill.quantity === '4' ? {} : SETTLED),
      });
    }
    for (const action of ['ACCEPTED', 'TRADE']) {
      const row = {
        account_id: accountId,
        order_id: orderId,
        actor: 'broker',
        action,
        occurred_at: '2026-11-24T14:30:03.000Z',
      };
      await books`insert into audit_events ${books({ ...row, details: { quantity: '4' } })}`;
    }
    expect(await reader.listExecutions(accountId, orderId)).toEqual([
      expect.objectContaining({
        id: fills[1]?.id,
        orderId,
        quantity: '6',
        price: '101.5',
        cash: '609.00',
        executedAt: '2026-11-24T14:30:01.000Z',
        tradeDate: '2026-11-24',
        settlementDate: '2026-11-25',
        settlementStatus: 'SETTLED',
      }),
      expect.objectContaining({
        id: fills[0]?.id,
        quantity: '4',
        cash: '406.00',
        brokerExecutionId: `x-${fills[0]?.id}`,
        side: 'BUY',
        symbol: 'AAPL',
        settlementStatus: 'PENDING',
      }),
    ]);
    const event = {
      actor: 'broker',
      details: { quantity: '4' },
      occurredAt: '2026-11-24T14:30:03.000Z',
    };
    expect(await reader.listTimeline(accountId, orderId)).toEqual([
      { ...event, sequence: 1, action: 'ACCEPTED' },
      { ...event, sequence: 2, action: 'TRADE' },
    ]);
  });
});
