import type postgres from 'postgres';
import type { BulkCursor, BulkRequest } from '../../contracts/bulk-operations.ts';
import type { BulkOrders } from '../../contracts/ports/bulk-operations.ts';
import { guardDatabasePort } from './database-errors.ts';
import { statusCondition } from './order-conditions.ts';
import { toTimestamp } from './timestamp.ts';

type Sql = postgres.Sql;
type Fragment = postgres.PendingQuery<postgres.Row[]>;
type Asked = Pick<BulkRequest, 'filter' | 'requestedAt'>;

interface PlaceRow {
  id: string;
  submitted_at: string | Date;
}

/** Pages of open orders of all accounts. */
export const createBulkOrders = (sql: Sql): BulkOrders =>
  guardDatabasePort<BulkOrders>({
    async countOrders(request) {
      const [row] = await sql<{ count: number }[]>`select count(*)::int as count from orders where ${matches(sql, request)}`;
      return row?.count ?? 0;
    },
    async listOrders(request, after, limit) {
      const rows = await bulkPageQuery(sql, request, after, limit);
      const last = rows.at(-1);
      const cursor = last && rows.length === limit ? { submittedAt: toTimestamp(last.submitted_at), orderId: last.id } : null;
      return { orderIds: rows.map(({ id }) => id), cursor };
    },
  });

/** `nulls first`: the index is kept newest first with nulls last, and is read backwards. */
export const bulkPageQuery = (sql: Sql, request: Asked, after: BulkCursor | null, limit: number): postgres.PendingQuery<PlaceRow[]> => sql<
  PlaceRow[]
>`
  select id, submitted_at from orders
  where ${matches(sql, request)}
    ${after === null ? sql`` : sql`and (submitted_at, id) > (${after.submittedAt}::timestamptz, ${after.orderId}::uuid)`}
  order by submitted_at nulls first, id nulls first
  limit ${limit}`;

function matches(sql: Sql, { filter, requestedAt }: Asked): Fragment {
  const { attention, status, symbol, accountId, side, submittedAfter, submittedBefore } = filter;
  const where = (value: unknown, condition: Fragment): Fragment => (value === null ? sql`` : sql`and ${condition}`);
  return sql`submitted_at <= ${requestedAt}::timestamptz ${statusCondition(sql, 'open')}
    ${where(attention, attention ? sql`status = 'SUSPENDED'` : sql`status <> 'SUSPENDED'`)}
    ${where(status, sql`status = ${status}`)}
    ${where(symbol, sql`symbol = ${symbol}`)}
    ${where(accountId, sql`account_id = ${accountId}::uuid`)}
    ${where(side, sql`side = ${side}`)}
    ${where(submittedAfter, sql`submitted_at >= ${submittedAfter}::timestamptz`)}
    ${where(submittedBefore, sql`submitted_at <= ${submittedBefore}::timestamptz`)}`;
}
