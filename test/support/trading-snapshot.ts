import type postgres from 'postgres';

/** Everything that is money or shares, as one text for each table: equal texts are equal books. */
export type MoneySnapshot = Record<
  'ledger' | 'transfers' | 'buyingPower' | 'holds' | 'positions' | 'executions',
  string
>;

export async function readMoney(hub: postgres.Sql): Promise<MoneySnapshot> {
  const [row] = await hub<MoneySnapshot[]>`
    select
      (select coalesce(string_agg(concat_ws(' ', account_id, kind, asset, balance), E'\n' order by account_id, kind, asset), '') from ledger_accounts) as ledger,
      (select count(*) || ' ' || coalesce(sum(amount), 0) from ledger_transfers) as transfers,
      (select coalesce(string_agg(id || ' ' || buying_power, E'\n' order by id), '') from accounts) as "buyingPower",
      (select coalesce(string_agg(order_id || ' ' || remaining, E'\n' order by order_id), '') from holds where remaining > 0) as holds,
      (select coalesce(string_agg(concat_ws(' ', account_id, symbol, quantity, held_quantity, cost_basis), E'\n' order by account_id, symbol), '') from positions) as positions,
      (select count(*)::text from executions) as executions`;
  if (!row) throw new Error('the database answered nothing');
  return { ...row };
}

/** How many rows each table of the hub has; a table that is gone is missing. */
export async function countRows(hub: postgres.Sql): Promise<Record<string, number>> {
  const tables = await hub<
    { name: string }[]
  >`select tablename as name from pg_tables where schemaname = 'public' order by tablename`;
  const counts: [string, number][] = [];
  for (const { name } of tables) {
    const [row] = await hub<{ count: number }[]>`select count(*)::int as count from ${hub(name)}`;
    counts.push([name, row?.count ?? 0]);
  }
  return Object.fromEntries(counts);
}
