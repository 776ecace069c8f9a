import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../../support/services.ts';
import { HUB_RULES } from '../../support/trading-hub-rules.ts';

let sql: postgres.Sql;

beforeAll(async () => {
  sql = postgres((await createEmptyDatabase()).url, { max: 1, onnotice: () => {} });
});

afterAll(() => sql?.end());

async function migrate(...names: string[]): Promise<void> {
  for (const name of names) {
    const file = readFileSync(new URL(`../../../drizzle/migrations/${name}.sql`, import.meta.url), 'utf8');
    for (const statement of file.split('--> statement-breakpoint')) await sql.unsafe(statement);
  }
}

const posting = (key: string, code: string, debit: string, credit: string, asset: string, amount: string) => ({
  ...{ key: `${key}/${code}`, code, debit, credit, asset, amount },
});

/** As the order path booked before there was settlement: shares straight into SECURITIES. */
async function bookOldTrade(accountId: string, side: 'BUY' | 'SELL', quantity: string, executedAt: string): Promise<string> {
  const [orderId, executionId, cash] = [randomUUID(), randomUUID(), `${Number(quantity) * 10}.00`];
  await sql`
    insert into orders (id, account_id, client_order_id, symbol, side, type, time_in_force, quantity, status, filled_quantity, filled_notional, submitted_at, updated_at)
    values (${orderId}, ${accountId}, ${orderId}, 'AAPL', ${side}, 'MARKET', 'DAY', ${quantity}, 'FILLED', ${quantity}, ${cash}, ${executedAt}, ${executedAt})`;
  await sql`
    insert into executions (id, broker_execution_id, order_id, account_id, symbol, side, quantity, price, cash, executed_at)
    values (${executionId}, ${executionId}, ${orderId}, ${accountId}, 'AAPL', ${side}, ${quantity}, 10, ${cash}, ${executedAt})`;
  const postings =
    side === 'BUY'
      ? [
          posting(`hold/${orderId}`, 'HOLD', 'CASH_UNSETTLED', 'CASH_HELD', 'USD', cash),
          posting(executionId, 'TRADE_CASH', 'CASH_HELD', 'CLEARING', 'USD', cash),
          posting(executionId, 'TRADE_SECURITIES', 'CLEARING', 'SECURITIES', 'AAPL', quantity),
        ]
      : [
          posting(executionId, 'TRADE_SECURITIES', 'SECURITIES', 'CLEARING', 'AAPL', quantity),
          posting(executionId, 'TRADE_CASH', 'CLEARING', 'CASH_UNSETTLED', 'USD', cash),
        ];
  await sql`select post_transfers(${accountId}, ${orderId}, ${executionId}, ${sql.json(postings)})`;
  await sql`update accounts set buying_power = buying_power + ${side === 'BUY' ? `-${cash}` : cash} where id = ${accountId}`;
  await sql`insert into audit_events (account_id, order_id, actor, action) values (${accountId}, ${orderId}, 'broker', 'TRADE')`;
  return executionId;
}

describe('a database from before there was settlement', () => {
  it('gets an instruction for each execution, due the next weekday, and its shares unsettled; its books stay true', async () => {
    await migrate('0000_tables', '0001_order-functions');
    const [userId, accountId] = [randomUUID(), randomUUID()];
    await sql`insert into users (id, email, password_hash, first_name, last_name, roles) values (${userId}, 'a@b.c', 'x', 'A', 'B', '{CUSTOMER}')`;
    await sql`insert into accounts (id, user_id, buying_power) values (${accountId}, ${userId}, 1000)`;
    const deposit = posting('deposit', 'DEPOSIT', 'DEPOSITS', 'CASH_SETTLED', 'USD', '1000.00');
    await sql`select post_transfers(${accountId}, null, null, ${sql.json([deposit])})`;
    const executions = [
      await bookOldTrade(accountId, 'BUY', '30', '2026-11-19T15:00:00Z'),
      await bookOldTrade(accountId, 'SELL', '10', '2026-11-20T23:30:00Z'),
      await bookOldTrade(accountId, 'BUY', '5', '2026-11-22T15:00:00Z'),
    ];
    await sql`
      insert into positions (account_id, symbol, quantity, average_price, cost_basis, realized_pnl, status, position_type)
      values (${accountId}, 'AAPL', 25, 10, 250, 0, 'ACTIVE', 'LONG')`;

    await migrate('0002_all-order-types-and-settlement', '0003_replacements', '0004_settlement-functions');
    const instructions = await sql<{ execution_id: string; traded: string; due: string; status: string }[]>`
      select execution_id, trade_date::text as traded, settlement_date::text as due, status from settlement_instructions`;
    expect(executions.map((id) => instructions.find((found) => found.execution_id === id))).toMatchObject([
      { traded: '2026-11-19', due: '2026-11-20', status: 'PENDING' },
      { traded: '2026-11-20', due: '2026-11-23', status: 'PENDING' },
      { traded: '2026-11-22', due: '2026-11-23', status: 'PENDING' },
    ]);
    const shares = await sql`select kind, balance::int from ledger_accounts where asset = 'AAPL' and kind like 'SECURITIES%' order by kind`;
    expect([...shares]).toEqual([
      { kind: 'SECURITIES', balance: 0 },
      { kind: 'SECURITIES_UNSETTLED', balance: 25 },
    ]);
    for (const [rule, select] of Object.entries(HUB_RULES)) {
      expect({ rule, broken: await sql.unsafe(select) }).toEqual({ rule, broken: [] });
    }
  });
});
