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
import { ALL_ORDERS } from '../../../support/all-orders.ts';
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
      ...ALL_ORDERS,
      symbol,
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
      ...ALL_ORDERS,
      attention: true,
      symbol: 'AAPL',
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
    const { accountId, userId } = await createFundedAccount(books, { cash: '0.00' });
    const id = await insertOrder(books, accountId);
    await insertEvent(id, 'ACCEPTED', {}, '2026-11-24T14:30:00.000Z');
    for (const actor of ['client', `account/${accountId}`, `user/${userId}`, 'user/nobody'])
      await books`insert into audit_events (order_id, actor, action) values (${id}, ${actor}, 'X')`;
    await createOperatorLog(database.sql).recordRequest(id, 'FAIL_REQUESTED', {
      operator: 'user/op-1',
      reason: `it's "stuck"; --`,
    });
    const [first, client, account, user, nobody, last] = (await reader.listTimeline(id)) ?? [];
    const [owner] = await books`select email from users where id = ${userId}`;
    for (const named of [client, account, user]) expect(named?.actorName).toBe(owner?.email);
    expect(nobody?.actorName).toBeNull();
    expect([first, last]).toEqual([
      {
        sequence: 1,
        actor: 'system',
        actorName: null,
        action: 'ACCEPTED',
        details: {},
        occurredAt: '2026-11-24T14:30:00.000Z',
      },
      {
        sequence: 6,
        actor: 'user/op-1',
        actorName: null,
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
          ...ALL_ORDERS,
          ...{ attention, symbol },
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

  it('is narrowed down by status, client order id, time, failing step and code', async () => {
    const account = await newAccount();
    const symbol = 'NARROW';
    const insert = (row: Record<string, unknown>) =>
      insertOrder(books, account, { symbol, status: 'NEW', ...row });
    const early = await insert({ submitted_at: '2026-11-24T10:00:00Z', client_order_id: 'mine' });
    const late = await insert({ submitted_at: '2026-11-24T12:00:00Z', status: 'CANCELED' });
    await books`
      insert into order_troubles (order_id, step, code, attempt, next_attempt_at, since)
      values (${early}, 'PLACE', 'BrokerUnavailable', 5, null, '2026-11-24T10:00:36Z')`;
    expect(await list(symbol, { status: 'CANCELED' })).toEqual([late]);
    expect(await list(symbol, { status: 'EXPIRED' })).toEqual([]);
    expect(await list(symbol, { clientOrderId: 'mine' })).toEqual([early]);
    expect(await list(symbol, { submittedAfter: '2026-11-24T10:00:00Z' })).toEqual([late]);
    expect(await list(symbol, { submittedUntil: '2026-11-24T10:00:00Z' })).toEqual([early]);
    expect(await list(symbol, { step: 'PLACE' })).toEqual([early]);
    expect(await list(symbol, { step: 'BOOK' })).toEqual([]);
    expect(await list(symbol, { code: 'BrokerUnavailable' })).toEqual([early]);
    expect(await list(symbol, { code: 'TIMEOUT' })).toEqual([]);
    expect((await reader.findOrder(early))?.trouble).toEqual({
      ...{ step: 'PLACE', code: 'BrokerUnavailable', attempt: 5, nextAttemptAt: null },
      since: '2026-11-24T10:00:36.000Z',
    });
  });

  it('is read from an index, whatever it asks for of the open orders', async () => {
    const accountIds = await Promise.all(Array.from({ length: 20 }, () => newAccount()));
    await books`
      insert into orders (id, account_id, client_order_id, symbol, broker, side, type, time_in_force, quantity, filled_quantity, status, submitted_at, updated_at)
      select gen_random_uuid(), (${accountIds}::uuid[])[1 + n / 2 % 20], 'bulk-' || n, 'AAPL', 'paper-broker', 'BUY', 'MARKET', 'DAY', 1,
        case when n % 2 = 0 then 1 else 0 end, case when n % 2 = 0 then 'FILLED' else 'NEW' end, now() - n * interval '1 second', now()
      from generate_series(1, 8000) as n`;
    await books`analyze orders`;
    const planOf = async (over: Partial<OperatorOrderQuery>) => {
      const all: OperatorOrderQuery = { ...ALL_ORDERS, after: null, limit: 51 };
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
      [await planOf({ status: 'NEW' }), 'orders_open'],
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
