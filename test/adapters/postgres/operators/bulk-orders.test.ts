import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { bulkPageQuery } from '../../../../adapters/postgres/operators/bulk-orders.ts';
import { createOperatorLog } from '../../../../adapters/postgres/operators/operator-log.ts';
import { createOperatorReader } from '../../../../adapters/postgres/operators/operator-reader.ts';
import type { BulkCursor, BulkFilter } from '../../../../contracts/operators/bulk-operations.ts';
import type { OperatorReader } from '../../../../contracts/operators/operator-reader.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { insertOrder } from '../readers-fixtures.ts';

const ALL: BulkFilter = {
  attention: null,
  status: null,
  symbol: null,
  accountId: null,
  side: null,
  submittedAfter: null,
  submittedBefore: null,
};
const NOON = '2026-11-24T12:00:00.000Z';
const LATER = '2026-11-24T13:00:00.000Z';

let books: postgres.Sql;
let database: Database;
let reader: OperatorReader;

beforeAll(async () => {
  const { url } = await createTestDatabase();
  books = postgres(url, { max: 2, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 4, applicationName: 'bulk-orders' });
  reader = createOperatorReader(database.sql);
});

afterAll(() => Promise.all([database?.close(), books?.end()]));

const newAccount = async (): Promise<string> =>
  (await createFundedAccount(books, { cash: '0.00' })).accountId;

async function find(over: Partial<BulkFilter>, requestedAt = LATER): Promise<string[]> {
  const request = { filter: { ...ALL, ...over }, requestedAt };
  const { orderIds } = await reader.listBulkOrders(request, null, 1_000);
  expect(await reader.countBulkOrders(request)).toBe(orderIds.length);
  return orderIds;
}

describe('the orders of a bulk operation', () => {
  it('are the open ones that its filter finds, longest submitted first', async () => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const insert = (
      accountId: string,
      submittedAt: string,
      over: Record<string, string | null> = {},
    ) => insertOrder(books, accountId, { submitted_at: submittedAt, ...over });
    const stuck = await insert(ada, '2026-11-24T11:00:00.000Z', {
      status: 'SUSPENDED',
      suspended_at: NOON,
    });
    const fresh = await insert(bob, '2026-11-24T11:30:00.000Z', {
      status: 'PENDING_NEW',
      symbol: 'IBM',
    });
    const sale = await insert(ada, NOON, { symbol: 'IBM', side: 'SELL' });
    const after = await insert(bob, '2026-11-24T12:00:00.001Z', {
      status: 'PARTIALLY_FILLED',
      filled_quantity: '1',
    });
    for (const status of ['FILLED', 'CANCELED', 'EXPIRED', 'REPLACED']) {
      await insert(ada, NOON, {
        status,
        symbol: 'IBM',
        ...(status === 'FILLED' && { filled_quantity: '10' }),
      });
    }

    expect(await find({})).toEqual([stuck, fresh, sale, after]);
    expect(await find({}, NOON)).toEqual([stuck, fresh, sale]);
    expect(await find({ attention: true })).toEqual([stuck]);
    expect(await find({ attention: false })).toEqual([fresh, sale, after]);
    expect(await find({ status: 'PENDING_NEW' })).toEqual([fresh]);
    expect(await find({ symbol: 'IBM' })).toEqual([fresh, sale]);
    expect(await find({ symbol: 'IBM', side: 'SELL' })).toEqual([sale]);
    expect(await find({ accountId: ada })).toEqual([stuck, sale]);
    expect(await find({ submittedAfter: NOON })).toEqual([sale, after]);
    expect(await find({ submittedBefore: NOON })).toEqual([stuck, fresh, sale]);
    expect(await find({ accountId: bob, attention: true })).toEqual([]);
    expect(await find({ accountId: randomUUID() })).toEqual([]);
  });

  it('are each listed once, though they end between one page and the next and many share an instant', async () => {
    const accountId = await newAccount();
    const at = (n: number) => `2026-11-24T10:00:00.00${n % 3}Z`;
    const ids = await Promise.all(
      Array.from({ length: 11 }, (_, n) => insertOrder(books, accountId, { submitted_at: at(n) })),
    );
    const seen: string[] = [];
    let cursor: BulkCursor | null = null;
    do {
      const page = await reader.listBulkOrders(
        { filter: { ...ALL, accountId }, requestedAt: LATER },
        cursor,
        4,
      );
      await books`update orders set status = 'CANCELED' where id in ${books(page.orderIds)}`;
      seen.push(...page.orderIds);
      ({ cursor } = page);
    } while (cursor !== null);
    expect(seen).toHaveLength(11);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  it('are read from an index of the open ones, in its order', async () => {
    const accountId = await newAccount();
    await books`
      insert into orders (id, account_id, client_order_id, symbol, broker, side, type, time_in_force, quantity, filled_quantity, status, submitted_at, updated_at)
      select gen_random_uuid(), ${accountId}, 'bulk-' || n, (array['AAPL','IBM','FB','MSFT'])[1 + n % 4], 'paper-broker', 'BUY', 'MARKET', 'DAY', 1,
        case when n % 10 = 0 then 0 else 1 end, case when n % 10 = 0 then 'NEW' else 'FILLED' end, ${NOON}::timestamptz - n * interval '1 second', now()
      from generate_series(1, 40000) as n`;
    await books`analyze orders`;
    const cursor = { submittedAt: '2026-11-24T05:00:00.000Z', orderId: randomUUID() };
    for (const filter of [
      ALL,
      { ...ALL, symbol: 'AAPL' },
      { ...ALL, side: 'BUY' as const },
      { ...ALL, submittedAfter: NOON },
    ]) {
      const rows =
        await database.sql`explain ${bulkPageQuery(database.sql, { filter, requestedAt: LATER }, cursor, 100)}`;
      const plan = rows.map((row) => String(row['QUERY PLAN'])).join('\n');
      expect(plan).toMatch(/Index (Only )?Scan Backward using orders_open on orders/);
      expect(plan).not.toContain('Sort');
    }
  });
});

describe('an operator’s retry of an execution', () => {
  it('is in the audit trail of its order, and without one when the order is not ours', async () => {
    const log = createOperatorLog(database.sql);
    const id = await insertOrder(books, await newAccount());
    for (const [brokerExecutionId, orderId] of [
      ['x-1', id],
      ['x-2', null],
      ['x-3', randomUUID()],
    ] as const) {
      await log.recordExecutionRetry({ broker: 'venue', brokerExecutionId }, orderId, {
        operator: 'user/op-1',
        reason: 'disk',
      });
    }
    const retryOf = (brokerExecutionId: string) => ({
      broker: 'venue',
      brokerExecutionId,
      reason: 'disk',
    });
    const rows = await books`
      select order_id, actor, details from audit_events where action = 'EXECUTION_RETRY_REQUESTED' order by id`;
    expect([...rows]).toEqual([
      { order_id: id, actor: 'user/op-1', details: retryOf('x-1') },
      { order_id: null, actor: 'user/op-1', details: retryOf('x-2') },
      { order_id: null, actor: 'user/op-1', details: retryOf('x-3') },
    ]);
  });
});

describe('what a bulk operation leaves in the audit trail', () => {
  const asked = (bulkId: string) => ({ operator: 'user/op-1', reason: 'halted', bulkId });
  const trailOf = (bulkId: string) => books`
    select actor, action, order_id, details from audit_events where details->>'bulkId' = ${bulkId} order by id`;

  it('is one row for each order and action, however often it is asked', async () => {
    const log = createOperatorLog(database.sql);
    const [one, other, bulkId] = [
      await insertOrder(books, await newAccount()),
      await insertOrder(books, await newAccount()),
      randomUUID(),
    ];
    await Promise.all(
      Array.from({ length: 8 }, () => log.recordRequest(one, 'CANCEL_REQUESTED', asked(bulkId))),
    );
    await log.recordRequest(other, 'CANCEL_REQUESTED', asked(bulkId));
    const details = { reason: 'halted', bulkId };
    expect([...(await trailOf(bulkId))]).toEqual(
      [one, other].map((id) => ({
        actor: 'user/op-1',
        action: 'CANCEL_REQUESTED',
        order_id: id,
        details,
      })),
    );
  });

  it('is a row for each of an operator’s own requests', async () => {
    const log = createOperatorLog(database.sql);
    const id = await insertOrder(books, await newAccount());
    for (const reason of ['once', 'once'])
      await log.recordRequest(id, 'RETRY_REQUESTED', { operator: 'user/op-1', reason });
    expect(await books`select from audit_events where order_id = ${id}`).toHaveLength(2);
  });

  it('is who started it, once, and who stopped it', async () => {
    const log = createOperatorLog(database.sql);
    const id = randomUUID();
    const request = {
      id,
      action: 'CANCEL' as const,
      filter: { ...ALL, symbol: 'IBM' },
      operator: 'user/op-1',
      reason: 'halted',
      requestedAt: NOON,
    };
    await log.recordBulk(request);
    await log.recordBulk(request);
    await log.recordBulkStop(id, { operator: 'user/op-2', reason: 'wrong symbol' });
    expect([...(await trailOf(id))]).toEqual([
      {
        actor: 'user/op-1',
        action: 'BULK_REQUESTED',
        order_id: null,
        details: { bulkId: id, action: 'CANCEL', filter: request.filter, reason: 'halted' },
      },
      {
        actor: 'user/op-2',
        action: 'BULK_STOP_REQUESTED',
        order_id: null,
        details: { bulkId: id, reason: 'wrong symbol' },
      },
    ]);
  });
});
