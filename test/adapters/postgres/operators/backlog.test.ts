import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBrokerSessionStore } from '../../../../adapters/postgres/broker-session/broker-session-store.ts';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createBooksProbes } from '../../../../adapters/postgres/operators/books-probes.ts';
import type { Backlog } from '../../../../contracts/operators/backlog.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { bookTrades } from '../../../support/booked-trades.ts';
import { createTestDatabase } from '../../../support/services.ts';

let database: Database;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 2,
    applicationName: 'test',
  });
});
afterAll(() => database?.close());

const readBacklog = (): Promise<Backlog> => createBooksProbes(database.sql).readBacklog();

it('knows of nothing where nothing waits', async () => {
  expect(await readBacklog()).toEqual({
    ordersSuspended: 0,
    oldestSuspendedAt: null,
    ordersUnacknowledged: 0,
    oldestUnacknowledgedSeconds: 0,
    breaksOpen: 0,
    oldestBreakAt: null,
    settlementsInRepair: 0,
    settlementsOverdue: 0,
    sessions: [],
  });
});

it('counts what waits, and not what is done, not due or not to be sent yet', async () => {
  const { sql } = database;
  const { accountId } = await createFundedAccount(sql, { cash: '100000.00' });
  const trade = {
    accountId,
    symbol: 'AAPL',
    side: 'BUY',
    quantity: '1',
    price: '100.00',
    settlementDate: '2026-01-05',
  } as const;
  await bookTrades(
    sql,
    ['2026-01-05', '2026-01-06', '2026-01-07', '2099-01-01'].map((settlementDate) => ({
      ...trade,
      settlementDate,
    })),
  );
  await sql`update settlement_instructions set status = 'IN_REPAIR' where settlement_date = '2026-01-06'`;
  await sql`update settlement_instructions set status = 'SETTLED', settled_at = now() where settlement_date = '2026-01-07'`;
  const addOrder = (status: string, agoS: number, releaseInS: number | null = null) => sql`
    insert into orders (id, account_id, client_order_id, symbol, broker, side, type, time_in_force, quantity, status, submitted_at, updated_at, release_at)
    values (${randomUUID()}, ${accountId}, ${randomUUID()}, 'AAPL', 'paper-broker', 'BUY', 'MARKET', 'DAY', 1, ${status},
      now() - make_interval(secs => ${agoS}), now(), now() + make_interval(secs => ${releaseInS}))`;
  const suspendedAt = '2026-01-08T14:30:00.123Z';
  await addOrder('SUSPENDED', 7_200);
  await addOrder('SUSPENDED', 7_200);
  await sql`update orders set suspended_at = ${suspendedAt} where id = (select id from orders where status = 'SUSPENDED' limit 1)`;
  await addOrder('NEW', 7_200);
  await addOrder('PENDING_NEW', 600);
  await addOrder('PENDING_NEW', 7_200, 3_600);
  await addOrder('PENDING_NEW', 7_200, -60);
  await sql`insert into breaks (id, key, kind, broker, raised_at)
    values (${randomUUID()}, 'open', 'REPORT_GAP', 'paper-broker', '2026-01-09T14:30:00Z')`;
  await sql`insert into breaks (id, key, kind, broker, raised_at, resolved_at, resolved_by, resolution)
    values (${randomUUID()}, 'resolved', 'REPORT_GAP', 'paper-broker', '2026-01-01T14:30:00Z', now(), 'user/olga', 'found')`;
  await createBrokerSessionStore(database).advance('paper-broker', {
    lastSequence: 77,
    heardMsAgo: 12_000,
  });

  const backlog = await readBacklog();
  expect(backlog).toMatchObject({
    ordersSuspended: 2,
    oldestSuspendedAt: suspendedAt,
    ordersUnacknowledged: 2,
    breaksOpen: 1,
    oldestBreakAt: '2026-01-09T14:30:00.000Z',
    settlementsInRepair: 1,
    settlementsOverdue: 1,
    sessions: [{ broker: 'paper-broker', lastSequence: 77 }],
  });
  expect(Date.now() - Date.parse(backlog.sessions[0]?.takenInAt ?? '')).toBeLessThan(60_000);
  expect(backlog.sessions[0]?.heardAgeSeconds).toBeGreaterThanOrEqual(12);
  expect(backlog.sessions[0]?.heardAgeSeconds).toBeLessThan(60);
  expect(backlog.oldestUnacknowledgedSeconds).toBeGreaterThan(599);
  expect(backlog.oldestUnacknowledgedSeconds).toBeLessThan(3_600);
});

it('keeps the latest word of a broker and the highest sequence, whatever comes last', async () => {
  const sessions = createBrokerSessionStore(database);
  await sessions.advance('second', { lastSequence: 0, heardMsAgo: 0 });
  expect((await readBacklog()).sessions.at(-1)).toMatchObject({ takenInAt: null });
  await sessions.advance('second', { lastSequence: 5, heardMsAgo: 1_000 });
  await sessions.advance('second', { lastSequence: 4, heardMsAgo: 600_000 });
  const standing = async () =>
    (await readBacklog()).sessions.find(({ broker }) => broker === 'second');
  const before = await standing();
  expect(before).toMatchObject({ lastSequence: 5 });
  expect(before?.heardAgeSeconds).toBeLessThan(60);
  await sessions.advance('second', { lastSequence: 5, heardMsAgo: 0 });
  expect((await standing())?.takenInAt).toBe(before?.takenInAt);
});

it('counts the connections of everybody, and the orders of the last minutes by their rejection', async () => {
  const { readConnections, readRecentOrders } = createBooksProbes(database.sql);
  const { used, max } = await readConnections();
  const others = openDatabase((await createTestDatabase()).url, {
    poolSize: 1,
    applicationName: 'other',
  });
  await others.sql`select 1`;
  // Postgres counts them with a delay of a second at most.
  await expect.poll(async () => (await readConnections()).used).toBeGreaterThan(used);
  await others.close();
  expect(max).toBeGreaterThan(used);
  // Of those that other cases have added, some are older than ten minutes.
  const recent = await readRecentOrders();
  expect(recent.every(({ rejectCode, count }) => rejectCode === null && count >= 1)).toBe(true);
});
