import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import { createOrderStore } from '../../../adapters/postgres/orders/order-store.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';
import {
  decideReplacementSubmission,
  replacementSubmission,
} from '../../../use-cases/orders/decide-replacement.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { createFundedAccount } from '../../support/accounts.ts';
import { readBooks } from '../../support/books.ts';
import { createTestDatabase } from '../../support/services.ts';
import { quoteAt, submissionAt, when } from './decision-fixtures.ts';

let database: Database;
const SUBMITTED_AT = '2026-11-24T15:00:00.000Z';

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 2,
    applicationName: 'test',
  });
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ'), ('IBM', 'IBM', 'NYSE')`;
  await database.sql`
    insert into trading_sessions (symbol, session_date, opens_at, closes_at) values
      ('AAPL', '2026-11-21', '2026-11-21T15:00Z', '2026-11-21T16:00Z'),
      ('AAPL', '2026-11-22', '2026-11-22T15:00Z', '2026-11-22T16:00Z'),
      ('AAPL', '2026-11-24', '2026-11-24T14:30Z', '2026-11-24T14:30Z'),
      ('AAPL', '2026-12-08', '2026-12-08T15:00:00.123Z', '2026-12-08T16:00Z'),
      ('AAPL', '2026-12-09', '2026-12-09T15:00Z', '2026-12-09T16:00Z')`;
});
afterAll(() => database?.close());

const fresh = (accountId: string, symbol: string) => ({
  ...submissionAt(SUBMITTED_AT),
  orderId: randomUUID(),
  accountId,
  symbol,
  acceptBy: new Date(Date.now() + 60_000).toISOString(),
});

describe('what a decision on an order stands on', () => {
  it('has the instrument’s own sessions from two days before to two weeks after its submission', async () => {
    const { accountId } = await createFundedAccount(database.sql, { cash: '1000.00' });
    const orders = createOrderStore(database);
    const context = await orders.readSubmission(fresh(accountId, 'AAPL'));
    const overrides = [...(context?.sessionOverrides ?? [])].sort(
      (a, b) => a.opensAtMs - b.opensAtMs,
    );
    expect(overrides).toEqual([
      {
        date: '2026-11-22',
        opensAtMs: Date.parse('2026-11-22T15:00:00Z'),
        closesAtMs: Date.parse('2026-11-22T16:00:00Z'),
      },
      {
        date: '2026-11-24',
        opensAtMs: Date.parse('2026-11-24T14:30:00Z'),
        closesAtMs: Date.parse('2026-11-24T14:30:00Z'),
      },
      {
        date: '2026-12-08',
        opensAtMs: Date.parse('2026-12-08T15:00:00.123Z'),
        closesAtMs: Date.parse('2026-12-08T16:00:00Z'),
      },
    ]);
    expect(await orders.readSubmission(fresh(accountId, 'IBM'))).toMatchObject({
      sessionOverrides: [],
    });
    expect(await orders.readSubmission(fresh(accountId, 'NONE'))).toMatchObject({
      sessionOverrides: [],
      instrument: null,
    });
  });
});

describe('an order of an instrument that does not trade today', () => {
  it('is written as one that waits for the next session, and can be replaced while it waits', async () => {
    const { accountId } = await createFundedAccount(database.sql, { cash: '2000.00' });
    const orders = createOrderStore(database);
    const submission = fresh(accountId, 'AAPL');
    const context = await orders.readSubmission(submission);
    if (!context) expect.fail('the account is there');
    const write = decideSubmission(submission, context, quoteAt(SUBMITTED_AT), when(SUBMITTED_AT));
    expect(await orders.writeAcceptance(write)).toBe('WRITTEN');

    const working = await orders.readWorkingOrder(submission.orderId);
    if (!working) expect.fail('the order is there');
    expect(working.order).toEqual({ ...write.order });
    expect(working.order.releaseAt).toBe(
      new Date(xnysCalendar.nextSession(Date.parse(SUBMITTED_AT)).opensAt).toISOString(),
    );

    const replacement = {
      orderId: randomUUID(),
      terms: { limitPrice: '101.00' },
      idempotency: null,
      requestedAt: new Date().toISOString(),
    };
    const again = await orders.readSubmission(replacementSubmission(working.order, replacement));
    if (!again) expect.fail('the account is there');
    const decided = decideReplacementSubmission(
      working,
      replacement,
      again,
      quoteAt(SUBMITTED_AT),
      when(SUBMITTED_AT),
    );
    const inTime = {
      ...decided,
      submission: { ...decided.submission, acceptBy: new Date(Date.now() + 60_000).toISOString() },
    };
    expect(await orders.writeAcceptance(inTime)).toBe('WRITTEN');
    expect(await orders.findPendingReplacement(submission.orderId)).toMatchObject({
      order: { id: replacement.orderId, replaces: submission.orderId, status: 'PENDING_NEW' },
      hold: { kind: 'CASH', remaining: expect.stringMatching(/^10(\.0+)?$/) },
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '1010.00',
      buyingPower: '990.00',
    });
  });
});
