import type postgres from 'postgres';
import type {
  WatchlistChange,
  WatchlistItem,
  WatchlistStore,
} from '../../../contracts/market/instruments.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { toTimestamp } from '../timestamp.ts';

type Sql = postgres.Sql | postgres.TransactionSql;

/** Watchlists in Postgres. */
export const createWatchlistStore = (sql: postgres.Sql): WatchlistStore =>
  guardDatabasePort<WatchlistStore>({
    listItems: (accountId) => listItems(sql, accountId),
    replaceItems: (accountId, symbols) =>
      sql.begin((transaction) =>
        replaceItems(transaction, accountId, symbols),
      ) as Promise<WatchlistChange>,
    async addItem(accountId, symbol) {
      const [known] = await sql<{ symbol: string }[]>`
        with known as (select symbol from instruments where symbol = ${symbol}),
        added as (insert into watchlist_items (account_id, symbol) select ${accountId}::uuid, symbol from known on conflict do nothing)
        select symbol from known`;
      return known
        ? { outcome: 'WRITTEN', items: await listItems(sql, accountId) }
        : { outcome: 'UNKNOWN_SYMBOLS', symbols: [symbol] };
    },
    async removeItem(accountId, symbol) {
      await sql`delete from watchlist_items where account_id = ${accountId} and symbol = ${symbol}`;
      return await listItems(sql, accountId);
    },
  });

/** A lock of its own, and not the account's row: a watchlist must not hold up orders. */
async function replaceItems(
  sql: Sql,
  accountId: string,
  symbols: readonly string[],
): Promise<WatchlistChange> {
  await sql`select pg_advisory_xact_lock(hashtextextended('watchlist/' || ${accountId}::text, 0))`;
  const unknown = await sql<{ symbol: string }[]>`
    select w.symbol from unnest(${[...symbols]}::text[]) as w(symbol)
    where not exists (select 1 from instruments i where i.symbol = w.symbol)`;
  if (unknown.length > 0)
    return { outcome: 'UNKNOWN_SYMBOLS', symbols: unknown.map((row) => row.symbol) };
  await sql`
    with removed as (delete from watchlist_items where account_id = ${accountId} and symbol <> all (${[...symbols]}::text[]))
    insert into watchlist_items (account_id, symbol)
    select ${accountId}::uuid, w.symbol from unnest(${[...symbols]}::text[]) as w(symbol)
    on conflict do nothing`;
  return { outcome: 'WRITTEN', items: await listItems(sql, accountId) };
}

async function listItems(sql: Sql, accountId: string): Promise<WatchlistItem[]> {
  const rows = await sql<{ symbol: string; added_at: string | Date }[]>`
    select symbol, added_at from watchlist_items where account_id = ${accountId} order by symbol collate "C"`;
  return rows.map((row) => ({ symbol: row.symbol, addedAt: toTimestamp(row.added_at) }));
}
