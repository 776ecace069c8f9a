import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';

type Columns = Record<string, string | null | Record<string, string>>;

/** An order's row with the columns a test cares for; the rest is a plain accepted order. */
export async function insertOrder(
  sql: postgres.Sql,
  accountId: string,
  columns: Columns = {},
): Promise<string> {
  const id = randomUUID();
  const row = {
    id,
    account_id: accountId,
    client_order_id: id,
    symbol: 'AAPL',
    broker: 'paper-broker',
    side: 'BUY',
    type: 'LIMIT',
    time_in_force: 'GTC',
    quantity: '10',
    limit_price: '101.5',
    status: 'NEW',
    submitted_at: '2026-11-24T14:30:00.000Z',
    updated_at: '2026-11-24T14:30:00.000Z',
    ...columns,
  };
  await sql`insert into orders ${sql(row)}`;
  return id;
}

export async function insertPosition(
  sql: postgres.Sql,
  accountId: string,
  symbol: string,
  columns: Columns = {},
): Promise<void> {
  const row = {
    account_id: accountId,
    symbol,
    quantity: '10',
    average_price: '100',
    cost_basis: '1000',
    realized_pnl: '0',
    status: 'ACTIVE',
    position_type: 'LONG',
    ...columns,
  };
  await sql`insert into positions ${sql(row)}`;
}

export async function insertInstruments(
  sql: postgres.Sql,
  symbols: readonly string[],
): Promise<void> {
  await sql`
    insert into instruments (symbol, name, exchange)
    select s, s || ' Inc.', 'XNYS' from unnest(${[...symbols]}::text[]) as s on conflict do nothing`;
}

/** The settlement instruction of an execution of 24 November 2026. */
export async function insertSettlement(sql: postgres.Sql, columns: Columns): Promise<void> {
  await sql`insert into settlement_instructions ${sql({ trade_date: '2026-11-24', settlement_date: '2026-11-25', ...columns })}`;
}
