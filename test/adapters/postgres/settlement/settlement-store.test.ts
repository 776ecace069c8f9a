import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createSettlementStore } from '../../../../adapters/postgres/settlement/settlement-store.ts';
import type {
  SettlementStore,
  SettlementWrite,
} from '../../../../contracts/settlement/settlement-store.ts';
import { Decimal } from '../../../../domain/money/decimal.ts';
import { clearAndWrite } from '../../../../use-cases/settlement/clear-and-write.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { type BookedTrade, bookTrades, type Trade } from '../../../support/booked-trades.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { createClearingMemory } from '../../../support/settlement-memory.ts';
import { HUB_RULES } from '../../../support/trading-hub-rules.ts';

let sql: postgres.Sql;
let database: Database;
let store: SettlementStore;

beforeAll(async () => {
  const { url } = await createTestDatabase();
  sql = postgres(url, { max: 4, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 8, applicationName: 'settlement-store' });
  store = createSettlementStore(database.sql);
});

afterAll(() => Promise.all([database?.close(), sql?.end()]));

const DAY = '2026-11-24';

const accountWith = async (cash: string): Promise<string> =>
  (await createFundedAccount(sql, { cash })).accountId;

const trade = (
  accountId: string,
  side: 'BUY' | 'SELL',
  quantity: string,
  over: Partial<Trade> = {},
): Trade => ({
  ...{ accountId, symbol: 'AAPL', side, quantity, price: '10', settlementDate: DAY },
  ...over,
});

const { clearing, house } = createClearingMemory();

/** As a chunk does once it has read them; answers with what went into repair. */
const settle = (trades: readonly BookedTrade[], runId: string | null = null) =>
  clearAndWrite({ clearing, settlements: store }, trades, { runId });

async function statusesOf(trades: readonly BookedTrade[]): Promise<string[]> {
  const rows = await sql<{ execution_id: string; status: string; reason: string | null }[]>`
    select execution_id, status, reason from settlement_instructions where execution_id = any(${trades.map((t) => t.executionId)})`;
  return trades.map(({ executionId }) => {
    const row = rows.find((found) => found.execution_id === executionId);
    return row?.reason ? `${row.status} ${row.reason}` : (row?.status ?? 'none');
  });
}

async function balancesOf(accountId: string): Promise<Record<string, string>> {
  const rows = await sql<{ kind: string; asset: string; balance: string }[]>`
    select kind, asset, balance from ledger_accounts where account_id = ${accountId}
      and kind in ('CASH_SETTLED', 'CASH_UNSETTLED', 'SECURITIES', 'SECURITIES_UNSETTLED')`;
  return Object.fromEntries(
    rows.map(({ kind, balance }) => [kind, new Decimal(balance).toFixed()]),
  );
}

async function expectTrueBooks(): Promise<void> {
  for (const [rule, select] of Object.entries(HUB_RULES)) {
    expect({ rule, broken: await sql.unsafe(select) }).toEqual({ rule, broken: [] });
  }
}

describe('settling', () => {
  it('turns what trades left unsettled into settled cash and shares, once, however often it is written', async () => {
    const accountId = await accountWith('1000.00');
    const trades = await bookTrades(sql, [
      trade(accountId, 'BUY', '50'),
      trade(accountId, 'SELL', '20', { price: '12.345' }),
    ]);
    expect(await balancesOf(accountId)).toEqual({
      CASH_SETTLED: '1000',
      CASH_UNSETTLED: '-253.1',
      SECURITIES_UNSETTLED: '30',
    });
    const runId = randomUUID();
    const auditAfter = await store.readLastAuditEvent();
    for (let times = 0; times < 3; times += 1) {
      expect(await settle(trades, runId)).toEqual([]);
      expect(await balancesOf(accountId)).toEqual({
        CASH_SETTLED: '746.9',
        CASH_UNSETTLED: '0',
        SECURITIES: '30',
        SECURITIES_UNSETTLED: '0',
      });
    }
    expect(await statusesOf(trades)).toEqual(['SETTLED', 'SETTLED']);
    expect(await store.readTotals(runId, auditAfter)).toMatchObject({
      settled: 2,
      cashPaid: '500.00',
      cashReceived: '246.90',
    });
    await expectTrueBooks();
  });

  it('is counted from the first of a run, also by one who looks later', async () => {
    const accountId = await accountWith('1000.00');
    const runId = randomUUID();
    await settle(await bookTrades(sql, [trade(accountId, 'BUY', '50')]), runId);
    const other = await accountWith('1000.00');
    await settle(await bookTrades(sql, [trade(other, 'BUY', '10')]), randomUUID());
    expect(await store.readTotals(runId, await store.readLastAuditEvent())).toMatchObject({
      settled: 0,
    });
    expect(await store.readTotals(runId, await store.readAuditEventBefore(runId))).toMatchObject({
      settled: 1,
      cashPaid: '500.00',
    });
    expect(await store.readAuditEventBefore(randomUUID())).toBe(await store.readLastAuditEvent());
  });

  it('settles an execution whose cash rounds to nothing by its shares alone', async () => {
    const accountId = await accountWith('1.00');
    const trades = await bookTrades(sql, [
      trade(accountId, 'BUY', '0.05'),
      trade(accountId, 'SELL', '0.0001'),
    ]);
    expect(trades.map(({ cash }) => cash)).toEqual(['0.50', '0.00']);
    expect(await settle(trades)).toEqual([]);
    expect(await balancesOf(accountId)).toMatchObject({
      CASH_SETTLED: '0.5',
      SECURITIES: '0.0499',
    });
    await expectTrueBooks();
  });

  it('leaves alone the accounts that nothing stands against, and puts into repair the purchases that one cannot pay', async () => {
    const [rich, poor] = [await accountWith('1000.00'), await accountWith('100.00')];
    const bought = await bookTrades(sql, [trade(rich, 'BUY', '50'), trade(rich, 'SELL', '20')]);
    const [sale, purchase, small] = await bookTrades(sql, [
      trade(poor, 'SELL', '12', { symbol: 'IBM' }),
      trade(poor, 'BUY', '17'),
      trade(poor, 'BUY', '3'),
    ]);
    if (!sale || !purchase || !small) return expect.fail('three trades were booked');
    const failed = await settle([...bought, purchase, small]);
    expect(failed).toEqual([
      { executionId: purchase.executionId, reason: 'INSUFFICIENT_SETTLED_CASH' },
    ]);
    expect(await statusesOf([...bought, purchase, small])).toEqual([
      ...['SETTLED', 'SETTLED', 'IN_REPAIR INSUFFICIENT_SETTLED_CASH', 'SETTLED'],
    ]);
    expect(await balancesOf(poor)).toMatchObject({ CASH_SETTLED: '70' });
    await expectTrueBooks();

    // The sale that was to pay for it comes in: then both settle, the repair by itself.
    expect(await settle([sale])).toEqual([]);
    expect(await settle([purchase])).toEqual([]);
    expect(await statusesOf([sale, purchase])).toEqual(['SETTLED', 'SETTLED']);
    expect(await balancesOf(poor)).toMatchObject({ CASH_SETTLED: '20', CASH_UNSETTLED: '0' });
    await expectTrueBooks();
  });

  it('keeps what the clearing house rejected in repair with its reason, and settles it later', async () => {
    const accountId = await accountWith('1000.00');
    const trades = await bookTrades(sql, [
      trade(accountId, 'BUY', '1'),
      trade(accountId, 'BUY', '2'),
    ]);
    const [rejected, fine] = trades;
    if (!rejected || !fine) return expect.fail('two trades were booked');
    house.rejects.set(rejected.brokerExecutionId, 'DOES_NOT_MATCH');
    await settle([rejected, fine]);
    house.rejects.clear();
    expect(await statusesOf(trades)).toEqual(['IN_REPAIR DOES_NOT_MATCH', 'SETTLED']);
    expect((await store.listInRepair(null, 100)).map(({ executionId }) => executionId)).toContain(
      rejected.executionId,
    );
    expect(await store.findUnsettled(rejected.executionId)).toMatchObject({
      quantity: '1',
      cash: '10.00',
      settlementDate: DAY,
    });
    await settle([rejected]);
    expect(await store.findUnsettled(rejected.executionId)).toBeNull();
    expect(
      (await store.listInRepair(null, 100)).map(({ executionId }) => executionId),
    ).not.toContain(rejected.executionId);
    // A rejection that comes late changes nothing of what has settled.
    house.rejects.set(rejected.brokerExecutionId, 'LATE');
    expect(await settle([rejected])).toEqual([]);
    house.rejects.clear();
    expect(await statusesOf([rejected])).toEqual(['SETTLED']);
    await expectTrueBooks();
  });

  it('writes nothing of a decision that the books have overtaken', async () => {
    const accountId = await accountWith('100.00');
    const trades = await bookTrades(sql, [
      trade(accountId, 'BUY', '1'),
      trade(accountId, 'BUY', '2'),
    ]);
    const [one, two] = trades;
    if (!one || !two) return expect.fail('two trades were booked');
    const write = (over: Partial<SettlementWrite>): SettlementWrite => ({
      ...{ settle: [], transfers: [], repair: [], audit: [], settledCash: {} },
      ...over,
    });
    const repair = [{ executionId: two.executionId, reason: 'INSUFFICIENT_SETTLED_CASH' }];
    const stale = write({ repair, settledCash: { [accountId]: '99.99' } });
    expect(await store.writeSettlement(stale)).toBe('CONFLICT');
    await settle([one]);
    expect(await store.writeSettlement(write({ settle: [one.executionId], repair }))).toBe(
      'CONFLICT',
    );
    expect(await statusesOf(trades)).toEqual(['SETTLED', 'PENDING']);
    await expectTrueBooks();
  });

  it('by many at once, in chunks that overlap and in any order, moves every cent once', async () => {
    const accounts = await Promise.all(Array.from({ length: 4 }, () => accountWith('200.00')));
    const trades = await bookTrades(
      sql,
      Array.from({ length: 200 }, (_, index) =>
        trade(accounts[index % 4] ?? '', index % 3 === 0 ? 'SELL' : 'BUY', '1'),
      ),
    );
    const runId = randomUUID();
    const auditAfter = await store.readLastAuditEvent();
    const chunks = Array.from({ length: 8 }, (_, chunk) =>
      trades.filter((_trade, index) => (index + chunk) % 3 > 0).reverse(),
    );
    const failed = (await Promise.all(chunks.map((chunk) => settle(chunk, runId)))).flat();
    await expectTrueBooks();
    // What a chunk without its sales could not pay for waits in repair, and the whole settles it.
    expect(new Set(failed.map(({ reason }) => reason)).size).toBeLessThanOrEqual(1);
    expect(await settle(trades, runId)).toEqual([]);
    expect(new Set(await statusesOf(trades))).toEqual(new Set(['SETTLED']));
    expect((await store.readTotals(runId, auditAfter)).settled).toBe(200);
    await expectTrueBooks();
  });
});

describe('what is due', () => {
  it('is read by date and account up to the day, never what is settled or in repair, and goes on after a cursor', async () => {
    const [one, two] = [await accountWith('1000.00'), await accountWith('1000.00')].sort();
    if (!one || !two) return expect.fail('two accounts');
    const [early, late] = ['1999-01-04', '1999-01-05'];
    const trades = await bookTrades(sql, [
      trade(two, 'BUY', '1', { settlementDate: early }),
      trade(one, 'BUY', '2', { settlementDate: late }),
      trade(one, 'BUY', '3', { settlementDate: early }),
      trade(one, 'BUY', '4', { settlementDate: early }),
      trade(two, 'SELL', '5', { settlementDate: '1999-01-06' }),
    ]);
    const [, , , settled] = trades;
    if (!settled) return expect.fail('five trades');
    await settle([settled]);
    const quantities = (read: { quantity: string }[]) => read.map(({ quantity }) => quantity);
    expect(quantities(await store.listDue(late, null, 10))).toEqual(['3', '1', '2']);
    expect(quantities(await store.listDue(early, null, 10))).toEqual(['3', '1']);
    expect(quantities(await store.listDue(late, null, 1))).toEqual(['3']);
    expect(
      quantities(await store.listDue(late, { settlementDate: early, accountId: one }, 10)),
    ).toEqual(['1', '2']);
    expect(
      quantities(await store.listDue(late, { settlementDate: early, accountId: two }, 10)),
    ).toEqual(['2']);
    expect(await store.listDue(late, { settlementDate: late, accountId: one }, 10)).toEqual([]);
  });

  it('of one account and date comes by side, in the order of trades', async () => {
    const accountId = await accountWith('1000.00');
    await bookTrades(sql, [
      trade(accountId, 'BUY', '1'),
      trade(accountId, 'SELL', '2'),
      trade(accountId, 'BUY', '3'),
      trade(accountId, 'SELL', '4'),
    ]);
    const read = async (side: 'BUY' | 'SELL', limit: number) =>
      (await store.listDueOf({ settlementDate: DAY, accountId }, side, limit)).map(
        ({ quantity }) => quantity,
      );
    expect(await read('SELL', 10)).toEqual(['2', '4']);
    expect(await read('BUY', 10)).toEqual(['1', '3']);
    expect(await read('BUY', 1)).toEqual(['1']);
  });

  it('is found from the index alone, without sorting', async () => {
    const plan = await sql`
      explain select s.execution_id from settlement_instructions s
      where s.status = 'PENDING' and s.settlement_date <= '2026-11-24'::date
        and (s.settlement_date, s.account_id) > ('2026-11-23'::date, ${randomUUID()}::uuid)
      order by s.settlement_date, s.account_id, s.execution_id limit 501`;
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toContain('settlement_instructions_due');
    expect(text).not.toContain('Sort');
  });
});

describe('an operator’s retry', () => {
  it('is audited once under its request, with the order for an execution, without one for a run', async () => {
    const accountId = await accountWith('1000.00');
    const [booked] = await bookTrades(sql, [trade(accountId, 'BUY', '1')]);
    if (!booked) return expect.fail('a trade was booked');
    const retry = {
      operator: 'user/olga',
      reason: 'the house says it is fixed',
      requestId: randomUUID(),
    };
    const ofRun = { ...retry, requestId: randomUUID() };
    for (let times = 0; times < 2; times += 1) {
      await store.recordRetries(booked.executionId, [retry]);
      await store.recordRetries(null, [ofRun]);
    }
    const events = await sql`
      select account_id, order_id, actor, details from audit_events
      where action = 'SETTLEMENT_RETRY' and details->>'requestId' in (${retry.requestId}, ${ofRun.requestId}) order by id`;
    expect([...events]).toEqual([
      {
        ...{ account_id: accountId, order_id: booked.orderId, actor: 'user/olga' },
        details: {
          executionId: booked.executionId,
          reason: retry.reason,
          requestId: retry.requestId,
        },
      },
      {
        account_id: null,
        order_id: null,
        actor: 'user/olga',
        details: { reason: retry.reason, requestId: ofRun.requestId },
      },
    ]);
  });
});
