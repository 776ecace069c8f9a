import type postgres from 'postgres';
import type { BulkCursor, BulkPage } from '../../../contracts/operators/bulk-operations.ts';
import type { BulkSelection } from '../../../contracts/operators/operator-reader.ts';
import { statusCondition } from '../orders/order-conditions.ts';
import { toTimestamp } from '../timestamp.ts';

type Sql = postgres.Sql;
type Fragment = postgres.PendingQuery<postgres.Row[]>;

interface PlaceRow {
  id: string;
  submitted_at: string | Date;
}

/** How many open orders of all accounts a bulk operation is about. */
export async function countBulkOrders(sql: Sql, selection: BulkSelection): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from orders where ${matches(sql, selection)}`;
  return row?.count ?? 0;
}

/** A page of them; its cursor is null when it is the last. */
export async function listBulkOrders(
  sql: Sql,
  selection: BulkSelection,
  after: BulkCursor | null,
  limit: number,
): Promise<BulkPage> {
  const rows = await bulkPageQuery(sql, selection, after, limit);
  const last = rows.at(-1);
  const cursor =
    last && rows.length === limit
      ? { submittedAt: toTimestamp(last.submitted_at), orderId: last.id }
      : null;
  return { orderIds: rows.map(({ id }) => id), cursor };
}

/** `nulls first`: the index is kept newest first with nulls last, and is read backwards. */
export const bulkPageQuery = (
  sql: Sql,
  selection: BulkSelection,
  after: BulkCursor | null,
  limit: number,
): postgres.PendingQuery<PlaceRow[]> => sql<PlaceRow[]>`
  select id, submitted_at from orders
  where ${matches(sql, selection)}
    ${after === null ? sql`` : sql`and (submitted_at, id) > (${after.submittedAt}::timestamptz, ${after.orderId}::uuid)`}
  order by submitted_at nulls first, id nulls first
  limit ${limit}`;

function matches(sql: Sql, { filter, requestedAt }: BulkSelection): Fragment {
  const { attention, status, symbol, accountId, side, submittedAfter, submittedBefore } = filter;
  const where = (value: unknown, condition: Fragment): Fragment =>
    value === null ? sql`` : sql`and ${condition}`;
  return sql`submitted_at <= ${requestedAt}::timestamptz ${statusCondition(sql, 'open')}
    ${where(attention, attention ? sql`status = 'SUSPENDED'` : sql`status <> 'SUSPENDED'`)}
    ${where(status, sql`status = ${status}`)}
    ${where(symbol, sql`symbol = ${symbol}`)}
    ${where(accountId, sql`account_id = ${accountId}::uuid`)}
    ${where(side, sql`side = ${side}`)}
    ${where(submittedAfter, sql`submitted_at >= ${submittedAfter}::timestamptz`)}
    ${where(submittedBefore, sql`submitted_at <= ${submittedBefore}::timestamptz`)}`;
}
