import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createBreakStore } from '../../../../adapters/postgres/executions/break-store.ts';
import type { Break, BreakReport, Breaks } from '../../../../contracts/executions/breaks.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { insertOrder } from '../readers-fixtures.ts';

let database: Database;
let breaks: Breaks;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 8,
    applicationName: 'breaks',
  });
  breaks = createBreakStore(database);
});
afterAll(() => database?.close());

beforeEach(async () => {
  await database.sql`delete from breaks`;
});

const gapAt = (sequence: number): BreakReport => ({
  key: `gap/venue/${sequence}`,
  kind: 'REPORT_GAP',
  broker: 'venue',
  orderId: null,
  brokerExecutionId: null,
  details: { from: sequence, to: sequence },
});

async function readAll(status: 'open' | 'resolved' | 'all', limit: number): Promise<Break[]> {
  const found: Break[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Breaks['listBreaks']>> = await breaks.listBreaks({
      status,
      cursor,
      limit,
    });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

describe('raising a break', () => {
  it('keeps it once, however often and at once it is raised', async () => {
    const raised = await Promise.all(Array.from({ length: 8 }, () => breaks.raiseBreak(gapAt(1))));
    expect(raised.filter((isNew) => isNew)).toHaveLength(1);
    expect(await breaks.raiseBreak({ ...gapAt(1), details: { other: true } })).toBe(false);
    expect(await readAll('all', 10)).toMatchObject([
      { kind: 'REPORT_GAP', broker: 'venue', details: { from: 1, to: 1 } },
    ]);
  });

  it('takes the account from the order', async () => {
    const { accountId } = await createFundedAccount(database.sql, { cash: '1.00' });
    const orderId = await insertOrder(database.sql, accountId);
    await breaks.raiseBreak({
      key: 'late-fill/x',
      kind: 'LATE_FILL',
      broker: 'venue',
      orderId,
      brokerExecutionId: 'x',
      details: { orderStatus: 'CANCELED' },
    });
    expect(await readAll('open', 10)).toEqual([
      {
        id: expect.any(String),
        kind: 'LATE_FILL',
        broker: 'venue',
        accountId,
        orderId,
        brokerExecutionId: 'x',
        details: { orderStatus: 'CANCELED' },
        raisedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        resolvedAt: null,
        resolvedBy: null,
        resolution: null,
      },
    ]);
  });

  it('keeps an order id that is not ours in the details alone', async () => {
    const orderId = randomUUID();
    await breaks.raiseBreak({
      key: 'unknown-order/x',
      kind: 'UNKNOWN_ORDER',
      broker: 'venue',
      orderId,
      brokerExecutionId: 'x',
      details: { a: 1 },
    });
    expect(await readAll('all', 10)).toMatchObject([
      { orderId: null, accountId: null, details: { a: 1, orderId } },
    ]);
  });
});

describe('listing breaks', () => {
  it('gives each once, oldest first, page by page, also those raised in one instant', async () => {
    for (let sequence = 1; sequence <= 7; sequence++) await breaks.raiseBreak(gapAt(sequence));
    await database.sql`update breaks set raised_at = '2026-11-24T14:30:00.123Z' where key in ('gap/venue/3', 'gap/venue/4', 'gap/venue/5')`;
    const whole = await readAll('all', 100);
    expect(whole).toHaveLength(7);
    expect(whole.map(({ raisedAt }) => raisedAt)).toEqual(
      whole.map(({ raisedAt }) => raisedAt).sort(),
    );
    expect(await readAll('all', 2)).toEqual(whole);
    expect(await readAll('all', 7)).toEqual(whole);
  });

  it('tells open ones from resolved ones', async () => {
    for (const sequence of [1, 2, 3]) await breaks.raiseBreak(gapAt(sequence));
    const [first] = await readAll('open', 10);
    await breaks.resolveBreak(first?.id ?? '', 'user/olga', 'asked the venue');
    expect(await readAll('open', 1)).toHaveLength(2);
    expect((await readAll('resolved', 1)).map(({ id }) => id)).toEqual([first?.id]);
    expect(await readAll('all', 1)).toHaveLength(3);
  });

  it.each([
    '',
    'x',
    Buffer.from('2026-02-30T00:00:00.000Z/0403b9a7-6d97-5966-b70f-ff8522d52ce3').toString(
      'base64url',
    ),
  ])('rejects %j, which is no cursor of ours', async (cursor) => {
    await expect(breaks.listBreaks({ status: 'all', cursor, limit: 10 })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});

describe('resolving a break', () => {
  it('says who, why and when, once, and leaves that in the audit trail of its order', async () => {
    const { accountId } = await createFundedAccount(database.sql, { cash: '1.00' });
    const orderId = await insertOrder(database.sql, accountId);
    await breaks.raiseBreak({
      key: 'late-fill/y',
      kind: 'LATE_FILL',
      broker: 'venue',
      orderId,
      brokerExecutionId: 'y',
      details: {},
    });
    const [open] = await readAll('open', 1);
    const outcomes = await Promise.all(
      ['user/olga', 'user/otto'].map((operator) =>
        breaks.resolveBreak(open?.id ?? '', operator, 'customer was called'),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'ALREADY_RESOLVED')).toHaveLength(1);
    const resolved = outcomes.find((outcome) => typeof outcome === 'object');
    expect(resolved).toMatchObject({
      id: open?.id,
      resolution: 'customer was called',
      resolvedAt: expect.any(String),
    });
    const audit =
      await database.sql`select account_id, actor, action, details from audit_events where order_id = ${orderId}`;
    expect(audit.map((row) => ({ ...row }))).toEqual([
      {
        account_id: accountId,
        actor: (resolved as Break).resolvedBy,
        action: 'BREAK_RESOLVED',
        details: { breakId: open?.id, kind: 'LATE_FILL', resolution: 'customer was called' },
      },
    ]);
  });

  it('does not know a break that never was', async () => {
    expect(await breaks.resolveBreak(randomUUID(), 'user/olga', 'x')).toBe('NOT_FOUND');
  });
});

it('says DATABASE_UNAVAILABLE when there is no answer', async () => {
  const away = openDatabase('postgres://nobody@127.0.0.1:1/none', {
    poolSize: 1,
    applicationName: 'breaks',
  });
  await expect(createBreakStore(away).raiseBreak(gapAt(1))).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  });
  await away.close();
});
