import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createPortfolioReader } from '../../../../adapters/postgres/portfolio/portfolio-reader.ts';
import type { PortfolioReader } from '../../../../contracts/portfolio/portfolio-reader.ts';
import { toBalance } from '../../../../use-cases/portfolio/balance.ts';
import { createFundedAccount, type FundedAccount } from '../../../support/accounts.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { insertPosition } from '../readers-fixtures.ts';

let url: string;
let books: postgres.Sql;
let database: Database;
let reader: PortfolioReader;

beforeAll(async () => {
  url = (await createTestDatabase()).url;
  books = postgres(url, { max: 2, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 4, applicationName: 'readers-portfolio' });
  reader = createPortfolioReader(database.sql);
});

afterAll(() => Promise.all([database?.close(), books?.end()]));

const newAccount = (cash = '1000.00'): Promise<FundedAccount> =>
  createFundedAccount(books, { cash });

const at = '2026-11-24T14:30:00.000Z';
const audit = { actor: 'system', action: 'NEW', details: {} };
const transfer = (code: string, debit: string, credit: string, amount: string) => ({
  key: randomUUID(),
  code,
  debit,
  credit,
  asset: 'USD',
  amount,
});

/** Accepts a BUY of 10 AAPL by the function that the order path uses: 110.00 USD are set aside. */
async function acceptBuy(accountId: string): Promise<string> {
  const id = randomUUID();
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
      quantity: '10',
    },
    ...{
      limit_price: '11',
      status: 'NEW',
      filled_quantity: '0',
      filled_notional: '0',
      version: 1,
      submitted_at: at,
      updated_at: at,
    },
  };
  const hold = { kind: 'CASH', price: '11', amount: '110.00' };
  const transfers = [transfer('HOLD', 'CASH_UNSETTLED', 'CASH_HELD', '110.00')];
  const acceptance = {
    order,
    hold,
    transfers,
    idempotency: null,
    audit,
    acceptBy: new Date(Date.now() + 60_000).toISOString(),
  };
  const [row] = await books`select write_acceptance(${books.json(acceptance)}) as outcome`;
  expect(row).toEqual({ outcome: 'WRITTEN' });
  return id;
}

/** Fills 4 of the 10 at 10.50: 42.00 are paid, 2.00 of their 44.00 are released. */
async function fillFour(accountId: string, orderId: string): Promise<void> {
  const change = {
    ...{
      orderId,
      accountId,
      symbol: 'AAPL',
      expectedVersion: 1,
      hold: { remaining: '66.00' },
      buyingPowerChange: '2.00',
      heldQuantityChange: '0',
    },
    order: {
      status: 'PARTIALLY_FILLED',
      filled_quantity: '4',
      filled_notional: '42',
      updated_at: at,
      new_at: at,
    },
    position: {
      ...{
        expectedVersion: 0,
        account_id: accountId,
        symbol: 'AAPL',
        quantity: '4',
        average_price: '10.5',
        cost_basis: '42',
      },
      ...{ realized_pnl: '0', status: 'ACTIVE', position_type: 'LONG', last_trade_at: at },
    },
    execution: {
      id: randomUUID(),
      broker: 'paper-broker',
      broker_execution_id: randomUUID(),
      symbol: 'AAPL',
      side: 'BUY',
      quantity: '4',
      price: '10.5',
      cash: '42',
      executed_at: at,
      trade_date: '2026-11-24',
      settlement_date: '2026-11-25',
    },
    transfers: [
      transfer('TRADE_CASH', 'CASH_HELD', 'CLEARING', '42.00'),
      transfer('RELEASE', 'CASH_HELD', 'CASH_UNSETTLED', '2.00'),
    ],
    audit,
  };
  const [row] = await books`select write_order_change(${books.json(change)}) as outcome`;
  expect(row).toEqual({ outcome: 'WRITTEN' });
}

/** What the reader's balance says of buying power, and what guards new orders. */
async function buyingPowers(accountId: string): Promise<[string | undefined, string]> {
  const cash = await reader.readCash(accountId);
  const [account] = await books<
    { buying_power: string }[]
  >`select buying_power from accounts where id = ${accountId}`;
  return [cash ? toBalance(cash).buyingPower : undefined, account?.buying_power ?? ''];
}

describe('the cash of an account', () => {
  it('is what the order path has posted, and its buying power is the one that guards new orders', async () => {
    const { accountId } = await newAccount();
    expect(toBalance((await reader.readCash(accountId)) ?? expect.fail('no account'))).toEqual({
      ...{
        currency: 'USD',
        cash: '1000.00',
        settledCash: '1000.00',
        unsettledCash: '0.00',
        heldCash: '0.00',
        buyingPower: '1000.00',
      },
      withdrawableCash: '1000.00',
    });
    const orderId = await acceptBuy(accountId);
    expect(toBalance((await reader.readCash(accountId)) ?? expect.fail('no account'))).toEqual({
      ...{
        currency: 'USD',
        cash: '1000.00',
        settledCash: '1000.00',
        unsettledCash: '0.00',
        heldCash: '110.00',
        buyingPower: '890.00',
      },
      withdrawableCash: '890.00',
    });
    expect(await buyingPowers(accountId)).toEqual(['890.00', '890.00']);
    await fillFour(accountId, orderId);
    expect(toBalance((await reader.readCash(accountId)) ?? expect.fail('no account'))).toEqual({
      ...{
        currency: 'USD',
        cash: '958.00',
        settledCash: '1000.00',
        unsettledCash: '-42.00',
        heldCash: '66.00',
        buyingPower: '892.00',
      },
      withdrawableCash: '892.00',
    });
    expect(await buyingPowers(accountId)).toEqual(['892.00', '892.00']);
  });

  it('of an account that is not there is null', async () => {
    expect(await reader.readCash(randomUUID())).toBeNull();
    expect(await reader.readPortfolio(randomUUID())).toBeNull();
  });
});

describe('the portfolio', () => {
  it('has cash and active positions by symbol, and nothing of another account', async () => {
    const [own, other] = [await newAccount(), await newAccount('5.00')];
    await insertPosition(books, own.accountId, 'MSFT', {
      quantity: '-2',
      position_type: 'SHORT',
      last_trade_at: '2026-11-24T09:30:00.250-05:00',
    });
    await insertPosition(books, own.accountId, 'AAPL', {
      quantity: '0.12345678',
      held_quantity: '0.1',
      cost_basis: '12.3456789012345678',
    });
    await insertPosition(books, own.accountId, 'IBM', {
      quantity: '0',
      status: 'CLOSED',
      cost_basis: '0',
      realized_pnl: '-1.005',
    });
    await insertPosition(books, other.accountId, 'GOOG');
    const portfolio = await reader.readPortfolio(own.accountId);
    expect(toBalance(portfolio?.cash ?? expect.fail('no account')).cash).toBe('1000.00');
    expect(portfolio?.positions).toEqual([
      {
        ...{
          symbol: 'AAPL',
          quantity: '0.12345678',
          heldQuantity: '0.10000000',
          averagePrice: '100.00000000',
          costBasis: '12.3456789012345678',
        },
        ...{
          realizedPnl: '0.0000000000000000',
          status: 'ACTIVE',
          positionType: 'LONG',
          lastTradeAt: null,
        },
      },
      expect.objectContaining({
        symbol: 'MSFT',
        quantity: '-2.00000000',
        positionType: 'SHORT',
        lastTradeAt: '2026-11-24T14:30:00.250Z',
      }),
    ]);
  });

  it('of an account without positions is its cash', async () => {
    const { accountId } = await newAccount('7.50');
    const portfolio = await reader.readPortfolio(accountId);
    expect(portfolio?.positions).toEqual([]);
    expect(toBalance(portfolio?.cash ?? expect.fail('no account')).cash).toBe('7.50');
  });

  it('is read by one statement, from indexes, and prepared once', async () => {
    const { accountId } = await newAccount();
    const statements: string[] = [];
    const watched = postgres(url, {
      max: 1,
      fetch_types: false,
      debug: (_connection, query) => statements.push(query),
    });
    try {
      await createPortfolioReader(watched).readPortfolio(accountId);
      await createPortfolioReader(watched).readPortfolio(accountId);
      expect(statements).toHaveLength(2);
      expect(statements[0]).toBe(statements[1]);
      const prepared =
        await watched`select statement from pg_prepared_statements where statement like '%ledger_accounts l%'`;
      expect(
        prepared.filter((row) => !String(row.statement).includes('pg_prepared_statements')),
      ).toHaveLength(1);
    } finally {
      await watched.end();
    }
  });
});

describe('positions', () => {
  it('are the active ones, and the closed ones too when asked for', async () => {
    const { accountId } = await newAccount();
    await insertPosition(books, accountId, 'MSFT', {
      quantity: '0',
      status: 'CLOSED',
      cost_basis: '0',
    });
    await insertPosition(books, accountId, 'AAPL');
    const symbols = async (includeClosed: boolean) =>
      (await reader.listPositions(accountId, includeClosed)).map((position) => position.symbol);
    expect(await symbols(false)).toEqual(['AAPL']);
    expect(await symbols(true)).toEqual(['AAPL', 'MSFT']);
  });

  it('are found by symbol, also when closed, for their owner only', async () => {
    const [owner, other] = [await newAccount(), await newAccount()];
    await insertPosition(books, owner.accountId, 'MSFT', {
      quantity: '0',
      status: 'CLOSED',
      cost_basis: '0',
    });
    expect(await reader.findPosition(owner.accountId, 'MSFT')).toMatchObject({
      symbol: 'MSFT',
      status: 'CLOSED',
    });
    expect(await reader.findPosition(owner.accountId, 'AAPL')).toBeNull();
    expect(await reader.findPosition(other.accountId, 'MSFT')).toBeNull();
  });
});
