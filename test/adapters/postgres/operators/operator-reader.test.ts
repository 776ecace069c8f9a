import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createOperatorLog } from '../../../../adapters/postgres/operators/operator-log.ts';
import {
  createOperatorReader,
  operatorListQuery,
} from '../../../../adapters/postgres/operators/operator-reader.ts';
import type { Broker } from '../../../../contracts/broker-session/broker.ts';
import type {
  OperatorOrderQuery,
  OperatorReader,
} from '../../../../contracts/operators/operator-reader.ts';
import { listOrders } from '../../../../use-cases/operators/operator-orders.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { insertOrder } from '../readers-fixtures.ts';

let books: postgres.Sql;
let database: Database;
let reader: OperatorReader;

beforeAll(async () => {
  const { url } = await createTestDatabase();
  books = postgres(url, { max: 2, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 4, applicationName: 'readers-attention' });
  reader = createOperatorReader(database.sql);
});

afterAll(() => Promise.all([database?.close(), books?.end()]));

const newAccount = async (): Promise<string> =>
  (await createFundedAccount(books, { cash: '0.00' })).accountId;

const insertEvent = async (
  orderId: string,
  action: string,
  details: Record<string, unknown>,
  occurredAt: string,
): Promise<void> => {
  await books`
    insert into audit_events (order_id, actor, action, details, occurred_at)
    values (${orderId}, 'system', ${action}, ${JSON.stringify(details)}::text::jsonb, ${occurredAt})`;
};

const suspend = (accountId: string, symbol: string, suspendedAt: string): Promise<string> =>
  insertOrder(books, accountId, { status: 'SUSPENDED', symbol, suspended_at: suspendedAt });

const list = async (symbol: string, over: Partial<OperatorOrderQuery> = {}): Promise<string[]> =>
  (
    await reader.listOrders({
      attention: null,
      status: 'all',
      symbol,
      accountId: null,
      after: null,
      limit: 100,
      ...over,
    })
  ).map((order) => order.id);

describe('an order as operators see it', () => {
  it('says what it waits for since its last suspension, whoever owns it', async () => {
    const id = await suspend(await newAccount(), 'AAPL', '2026-11-24T15:00:00.000Z');
    await insertEvent(
      id,
      'SUSPENDED',
      { step: 'placeOrder', code: 'BROKER_UNAVAILABLE', failures: 8 },
      '2026-11-24T14:00:00.000Z',
    );
    await insertEvent(id, 'RESUMED', { reason: 'try' }, '2026-11-24T14:30:00.000Z');
    await insertEvent(
      id,
      'SUSPENDED',
      { step: 'bookReports', code: 'DATABASE_UNAVAILABLE', failures: 5 },
      '2026-11-24T15:00:00.000Z',
    );
    const order = await reader.findOrder(id);
    expect(order).toMatchObject({ id, status: 'SUSPENDED' });
    expect(order?.attentionReason).toEqual({
      step: 'bookReports',
      code: 'DATABASE_UNAVAILABLE',
      since: '2026-11-24T15:00:00.000Z',
    });
    const [listed] = await reader.listOrders({
      attention: true,
      status: 'all',
      symbol: 'AAPL',
      accountId: null,
      after: null,
      limit: 10,
    });
    expect(listed).toEqual(order);
  });

  it('waits for nothing once it is resumed, and is null when it is not there', async () => {
    const id = await insertOrder(books, await newAccount(), {
      status: 'NEW',
      suspended_at: '2026-11-24T15:00:00.000Z',
    });
    await insertEvent(
      id,
      'SUSPENDED',
      { step: 'placeOrder', code: 'BROKER_UNAVAILABLE' },
      '2026-11-24T14:00:00.000Z',
    );
    expect((await reader.findOrder(id))?.attentionReason).toBeNull();
    expect(await reader.findOrder(randomUUID())).toBeNull();
  });

  it('needs attention even when nobody wrote down why', async () => {
    const id = await suspend(await newAccount(), 'FB', '2026-11-24T15:00:00.000Z');
    expect((await reader.findOrder(id))?.attentionReason).toEqual({
      step: null,
      code: null,
      since: '2026-11-24T15:00:00.000Z',
    });
    expect(await list('FB', { attention: true })).toEqual([id]);
  });

  it('has its whole timeline, requests of operators included', async () => {
    const id = await insertOrder(books, await newAccount());
    await insertEvent(id, 'ACCEPTED', {}, '2026-11-24T14:30:00.000Z');
    await createOperatorLog(database.sql).recordRequest(id, 'FAIL_REQUESTED', {
      operator: 'user/op-1',
      reason: `it's "stuck"; --`,
    });
    expect(await reader.listTimeline(id)).toEqual([
      {
        sequence: 1,
        actor: 'system',
        action: 'ACCEPTED',
        details: {},
        occurredAt: '2026-11-24T14:30:00.000Z',
      },
      {
        sequence: 2,
        actor: 'user/op-1',
        action: 'FAIL_REQUESTED',
        details: { reason: `it's "stuck"; --` },
        occurredAt: expect.any(String),
      },
    ]);
    const [row] =
      await books`select account_id from audit_events where order_id = ${id} and action = 'FAIL_REQUESTED'`;
    expect(row?.account_id).toBe((await reader.findOrder(id))?.accountId);
    expect(await reader.listTimeline(randomUUID())).toBeNull();
  });
});

describe('the list of orders of all accounts', () => {
  it('has those that wait for an operator longest waiting first, all others newest first', async () => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const late = await suspend(ada, 'IBM', '2026-11-24T16:00:00.000Z');
    const early = await suspend(bob, 'IBM', '2026-11-24T15:00:00.000Z');
    const old = await insertOrder(books, ada, {
      symbol: 'IBM',
      submitted_at: '2026-11-23T14:30:00.000Z',
    });
    const closed = await insertOrder(books, bob, {
      symbol: 'IBM',
      status: 'CANCELED',
      submitted_at: '2026-11-25T14:30:00.000Z',
    });
    expect(await list('IBM', { attention: true })).toEqual([early, late]);
    expect(await list('IBM', { attention: false })).toEqual([closed, old]);
    expect(await list('IBM', { attention: false, status: 'open' })).toEqual([old]);
    expect(await list('IBM', { attention: true, status: 'closed' })).toEqual([]);
    expect(await list('IBM', { accountId: bob })).toEqual([closed, early]);
    expect((await list('IBM')).sort()).toEqual([early, late, old, closed].sort());
    expect((await list('IBM'))[0]).toBe(closed);
    expect((await list('IBM')).at(-1)).toBe(old);
  });

  it.each([true, null])(
    'gives every order once, page by page, however many share an instant: attention=%s',
    async (attention) => {
      const accountId = await newAccount();
      const symbol = attention ? 'GOOG' : 'MSFT';
      const ids = await Promise.all(
        Array.from({ length: 11 }, (_, i) =>
          suspend(accountId, symbol, `2026-11-24T15:00:00.00${i % 3}Z`),
        ),
      );
      const deps = {
        reader,
        brokers: { of: () => ({ listStops: async () => new Map() }) as Partial<Broker> as Broker },
        logger: pino({ enabled: false }),
      };
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await listOrders(deps, {
          attention,
          status: 'all',
          symbol,
          accountId: null,
          limit: 4,
          cursor,
        });
        expect(page.items.length).toBeLessThanOrEqual(4);
        seen.push(...page.items.map((order) => order.id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toHaveLength(11);
      expect(new Set(seen)).toEqual(new Set(ids));
    },
  );

  it('is read from an index, whatever it asks for of the open orders', async () => {
    const accountIds = await Promise.all(Array.from({ length: 20 }, () => newAccount()));
    await books`
      insert into orders (id, account_id, client_order_id, symbol, broker, side, type, time_in_force, quantity, filled_quantity, status, submitted_at, updated_at)
      select gen_random_uuid(), (${accountIds}::uuid[])[1 + n / 2 % 20], 'bulk-' || n, 'AAPL', 'paper-broker', 'BUY', 'MARKET', 'DAY', 1,
        case when n % 2 = 0 then 1 else 0 end, case when n % 2 = 0 then 'FILLED' else 'NEW' end, now() - n * interval '1 second', now()
      from generate_series(1, 8000) as n`;
    await books`analyze orders`;
    const planOf = async (over: Partial<OperatorOrderQuery>) => {
      const all: OperatorOrderQuery = {
        attention: null,
        status: 'all',
        symbol: null,
        accountId: null,
        after: null,
        limit: 51,
      };
      const rows =
        await database.sql`explain ${operatorListQuery(database.sql, { ...all, ...over })}`;
      return rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    };
    const after = { submittedAt: '2026-11-24T15:00:00.000Z', orderId: randomUUID() };
    const plans = [
      [await planOf({ attention: true }), 'orders_suspended'],
      [await planOf({}), 'orders_submitted'],
      [await planOf({ status: 'closed', after }), 'orders_submitted'],
      [await planOf({ status: 'open' }), 'orders_open'],
      [await planOf({ status: 'open', after }), 'orders_open'],
      [await planOf({ status: 'open', attention: false, symbol: 'AAPL' }), 'orders_open'],
      [await planOf({ accountId: await newAccount() }), 'orders_of_account'],
    ] as const;
    for (const [plan, index] of plans) {
      expect(plan).toContain(index);
      expect(plan).not.toMatch(/Seq Scan on orders|Sort Key: o.submitted_at/);
    }
  });
});
