import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createFundingStore } from '../../../../adapters/postgres/portfolio/funding-store.ts';
import { createPortfolioReader } from '../../../../adapters/postgres/portfolio/portfolio-reader.ts';
import { type Bound, bind } from '../../../../use-cases/bind.ts';
import { toBalance } from '../../../../use-cases/portfolio/balance.ts';
import { deposit } from '../../../../use-cases/portfolio/deposit.ts';
import { listWithdrawals, withdraw } from '../../../../use-cases/portfolio/withdraw.ts';
import { createFundedAccount, type FundedAccount } from '../../../support/accounts.ts';
import { bookTrades } from '../../../support/booked-trades.ts';
import { readBooks } from '../../../support/books.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { HUB_RULES } from '../../../support/trading-hub-rules.ts';

let sql: postgres.Sql;
let database: Database;
let funding: Bound<typeof offered>;
const offered = { withdraw, listWithdrawals, deposit };
/** Each withdrawal is a millisecond after the one before. */
let nowMs = Date.parse('2026-11-24T15:00:00.000Z');

beforeAll(async () => {
  const { url } = await createTestDatabase();
  sql = postgres(url, { max: 4, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 10, applicationName: 'funding-store' });
  const deps = { funding: createFundingStore(database.sql), clock: () => nowMs++ };
  funding = bind(deps, offered);
});

afterAll(() => Promise.all([database?.close(), sql?.end()]));

const accountWith = (cash: string): Promise<FundedAccount> => createFundedAccount(sql, { cash });

async function balanceOf({ accountId }: FundedAccount) {
  const cash = await createPortfolioReader(database.sql).readCash(accountId);
  return toBalance(cash ?? expect.fail('no account'));
}

async function expectTrueBooks(): Promise<void> {
  for (const [rule, select] of Object.entries(HUB_RULES)) {
    expect({ rule, broken: await sql.unsafe(select) }).toEqual({ rule, broken: [] });
  }
}

/**
 * Sets cash aside for a BUY order, as an acceptance does: under the account's lock, and only while
 * buying power covers it.
 */
async function acceptBuy(accountId: string, amount: string): Promise<'ACCEPTED' | 'REJECTED'> {
  const id = randomUUID();
  const at = new Date(nowMs).toISOString();
  const order = {
    ...{
      id,
      account_id: accountId,
      client_order_id: id,
      symbol: 'AAPL',
      broker: 'paper-broker',
      side: 'BUY',
      type: 'LIMIT',
      time_in_force: 'GTC',
    },
    ...{
      quantity: '1',
      limit_price: amount,
      status: 'NEW',
      filled_quantity: '0',
      filled_notional: '0',
      version: 1,
    },
    ...{ submitted_at: at, updated_at: at },
  };
  const transfer = {
    key: `hold/${id}`,
    code: 'HOLD',
    debit: 'CASH_UNSETTLED',
    credit: 'CASH_HELD',
    asset: 'USD',
    amount,
  };
  const acceptance = {
    ...{
      order,
      hold: { kind: 'CASH', price: amount, amount },
      transfers: [transfer],
      idempotency: null,
    },
    ...{
      audit: { actor: 'system', action: 'NEW', details: {} },
      acceptBy: new Date(Date.now() + 600_000).toISOString(),
    },
  };
  try {
    await sql`select write_acceptance(${sql.json(acceptance)})`;
    return 'ACCEPTED';
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === 'HB001') return 'REJECTED';
    throw error;
  }
}

describe('a withdrawal', () => {
  it('takes settled cash and buying power, and is in the ledger, the list and the audit trail', async () => {
    const account = await accountWith('1000.00');
    const { withdrawal, replayed } = await funding.withdraw(account.caller, '250.5', null);
    expect(replayed).toBe(false);
    expect(withdrawal).toMatchObject({
      accountId: account.accountId,
      currency: 'USD',
      amount: '250.50',
    });
    expect(await balanceOf(account)).toMatchObject({
      cash: '749.50',
      settledCash: '749.50',
      buyingPower: '749.50',
      withdrawableCash: '749.50',
    });
    expect(await funding.listWithdrawals(account.caller, { limit: 10, cursor: null })).toEqual({
      items: [withdrawal],
      nextCursor: null,
    });
    const [event] =
      await sql`select actor, details from audit_events where account_id = ${account.accountId} and action = 'WITHDRAWN'`;
    expect(event).toEqual({
      actor: `user/${account.userId}`,
      details: { withdrawalId: withdrawal.id, amount: '250.50' },
    });
    await expectTrueBooks();
  });

  it('takes the last cent and not one more, and says what could have been taken', async () => {
    const account = await accountWith('100.00');
    await expect(funding.withdraw(account.caller, '100.01', 'k')).rejects.toMatchObject({
      code: 'INSUFFICIENT_WITHDRAWABLE_CASH',
      facts: { requested: '100.01', available: '100.00' },
    });
    // A rejection keeps nothing: the key is free for another amount.
    expect((await funding.withdraw(account.caller, '100.00', 'k')).replayed).toBe(false);
    expect(await balanceOf(account)).toMatchObject({ cash: '0.00', withdrawableCash: '0.00' });
    await expectTrueBooks();
  });

  it('leaves what open orders and purchases need, and takes nothing that has not settled', async () => {
    const account = await accountWith('1000.00');
    expect(await acceptBuy(account.accountId, '300.00')).toBe('ACCEPTED');
    await bookTrades(sql, [
      {
        accountId: account.accountId,
        symbol: 'IBM',
        side: 'BUY',
        quantity: '10',
        price: '20',
        settlementDate: '2099-01-02',
      },
      {
        accountId: account.accountId,
        symbol: 'FB',
        side: 'SELL',
        quantity: '100',
        price: '50',
        settlementDate: '2099-01-02',
      },
    ]);
    // 1000 settled; held 300, bought 200, sold 5000: buying power 5500, of which 1000 is settled.
    expect(await balanceOf(account)).toMatchObject({
      buyingPower: '5500.00',
      settledCash: '1000.00',
      withdrawableCash: '1000.00',
    });
    await expect(funding.withdraw(account.caller, '1000.01', null)).rejects.toMatchObject({
      facts: { available: '1000.00' },
    });
    await funding.withdraw(account.caller, '1000.00', null);
    await expectTrueBooks();
  });

  it('leaves what a purchase that is due still needs, though a sale of a later date would cover it', async () => {
    const account = await accountWith('1000.00');
    const common = { accountId: account.accountId, symbol: 'IBM', quantity: '10', price: '60' };
    await bookTrades(sql, [
      { ...common, side: 'BUY', settlementDate: '2020-01-02' },
      { ...common, side: 'SELL', settlementDate: '2099-01-02' },
    ]);
    expect(await balanceOf(account)).toMatchObject({
      settledCash: '1000.00',
      buyingPower: '1000.00',
      withdrawableCash: '400.00',
    });
    await expect(funding.withdraw(account.caller, '400.01', null)).rejects.toMatchObject({
      facts: { available: '400.00' },
    });
    await funding.withdraw(account.caller, '400.00', null);
    await expectTrueBooks();
  });

  it('under the same key is one withdrawal and one answer, also when sent at once; for another amount the key is rejected', async () => {
    const account = await accountWith('100.00');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => funding.withdraw(account.caller, '60.00', 'same-key')),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ withdrawal }) => JSON.stringify(withdrawal))).size).toBe(1);
    await expect(funding.withdraw(account.caller, '60.01', 'same-key')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect((await funding.withdraw(account.caller, '60', 'same-key')).replayed).toBe(true);
    expect(await balanceOf(account)).toMatchObject({ settledCash: '40.00' });
    const other = await accountWith('100.00');
    expect((await funding.withdraw(other.caller, '60.00', 'same-key')).replayed).toBe(false);
    await expectTrueBooks();
  });

  it('and purchases at once never take the same cash twice', async () => {
    for (let round = 0; round < 10; round += 1) {
      const account = await accountWith('100.00');
      const results = await Promise.all([
        acceptBuy(account.accountId, '60.00'),
        funding.withdraw(account.caller, '60.00', null).then(
          () => 'TAKEN',
          (error: { code: string }) => error.code,
        ),
        acceptBuy(account.accountId, '60.00'),
        funding.withdraw(account.caller, '60.00', null).then(
          () => 'TAKEN',
          (error: { code: string }) => error.code,
        ),
      ]);
      expect(results.filter((result) => result === 'ACCEPTED' || result === 'TAKEN')).toHaveLength(
        1,
      );
      expect((await readBooks(sql, account.accountId)).buyingPower).toBe('40.00');
    }
    await expectTrueBooks();
  });

  it('can be neither changed nor removed', async () => {
    const account = await accountWith('10.00');
    const { withdrawal } = await funding.withdraw(account.caller, '1.00', null);
    await expect(
      sql`update withdrawals set amount = 2 where id = ${withdrawal.id}`,
    ).rejects.toThrow('append-only');
    await expect(sql`delete from withdrawals where id = ${withdrawal.id}`).rejects.toThrow(
      'append-only',
    );
  });

  it('of an account that is gone is NOT_FOUND', async () => {
    const { caller } = await accountWith('10.00');
    await expect(
      funding.withdraw({ ...caller, accountId: randomUUID() }, '1.00', null),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the list of withdrawals', () => {
  it('is newest first, of the caller alone, and pages without a gap', async () => {
    const [account, other] = [await accountWith('100.00'), await accountWith('100.00')];
    for (const amount of ['1', '2', '3', '4', '5'])
      await funding.withdraw(account.caller, amount, null);
    await funding.withdraw(other.caller, '9', null);
    const seen: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await funding.listWithdrawals(account.caller, { limit: 2, cursor });
      seen.push(...page.items.map(({ amount }) => amount));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(seen).toEqual(['5.00', '4.00', '3.00', '2.00', '1.00']);
  });

  it.each(['x', 'MjAyNi0xMS0yNFQxNTowMDowMC4wMDBaL3g', 'AAAA'])(
    'rejects a cursor that is not its own: %s',
    async (cursor) => {
      const account = await accountWith('1.00');
      await expect(
        funding.listWithdrawals(account.caller, { limit: 2, cursor }),
      ).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );
});

describe('a deposit', () => {
  it('is settled cash and buying power, in the ledger and the audit trail, once per key', async () => {
    const account = await accountWith('0.00');
    await Promise.all(
      Array.from({ length: 8 }, () => funding.deposit(account.accountId, '250.5', 'wire-1')),
    );
    await funding.deposit(account.accountId, '1.00', 'wire-2');
    expect(await balanceOf(account)).toMatchObject({
      cash: '251.50',
      settledCash: '251.50',
      buyingPower: '251.50',
      withdrawableCash: '251.50',
    });
    const events = await sql`
      select actor, details from audit_events
      where account_id = ${account.accountId} and action = 'DEPOSITED' order by id`;
    expect([...events]).toEqual([
      { actor: 'system', details: { key: 'wire-1', amount: '250.50' } },
      { actor: 'system', details: { key: 'wire-2', amount: '1.00' } },
    ]);
    await expectTrueBooks();
  });

  it('under a key that stands for another amount is rejected, and moves nothing', async () => {
    const account = await accountWith('0.00');
    await funding.deposit(account.accountId, '10.00', 'wire');
    await expect(funding.deposit(account.accountId, '10.01', 'wire')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(await balanceOf(account)).toMatchObject({ cash: '10.00' });
    const other = await accountWith('0.00');
    await funding.deposit(other.accountId, '10.01', 'wire');
    expect(await balanceOf(other)).toMatchObject({ cash: '10.01' });
  });

  it.each(['0', '-1.00', '0.001'])('of %s is no deposit', async (amount) => {
    const account = await accountWith('0.00');
    await expect(funding.deposit(account.accountId, amount, 'wire')).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(funding.deposit(randomUUID(), '1.00', 'wire')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a withdrawal that was decided on', () => {
  it('is not written when the account has less of anything by then', async () => {
    const account = await accountWith('100.00');
    const store = createFundingStore(database.sql);
    const context = await store.readWithdrawal(account.accountId, null);
    expect(context).toMatchObject({ cash: { leastDue: '0' }, firstAnswer: null });
    const id = randomUUID();
    const ground = { settled: '100.00', buyingPower: '100.00', leastDue: '0.00' };
    const write = {
      withdrawal: {
        ...{ id, accountId: account.accountId, currency: 'USD' as const, amount: '1.00' },
        createdAt: new Date(nowMs).toISOString(),
      },
      ...{ requestedBy: 'user/u', idempotency: null, transfers: [] },
      audit: { actor: 'user/u', action: 'WITHDRAWN', details: {} },
    };
    for (const less of [{ settled: '100.01' }, { buyingPower: '100.01' }, { leastDue: '0.01' }])
      expect(await store.writeWithdrawal({ ...write, ground: { ...ground, ...less } })).toBe(
        'CONFLICT',
      );
    expect(await balanceOf(account)).toMatchObject({ cash: '100.00', buyingPower: '100.00' });
    expect(await sql`select 1 from withdrawals where id = ${id}`).toHaveLength(0);
  });
});
