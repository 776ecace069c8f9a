import type postgres from 'postgres';
import { isOpen, type OrderStatus } from '../../../domain/orders/order.ts';

type Condition = postgres.PendingQuery<postgres.Row[]>;

/** `open` and `closed` by literals, as the partial indexes have them. */
export function statusCondition(
  sql: postgres.Sql,
  status: 'open' | 'closed' | 'all' | OrderStatus,
): Condition {
  switch (status) {
    case 'open':
      return sql`and status not in ('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED')`;
    case 'closed':
      return sql`and status in ('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED')`;
    case 'all':
      return sql``;
    default:
      return isOpen(status)
        ? sql`${statusCondition(sql, 'open')} and status = ${status}`
        : sql`and status = ${status}`;
  }
}

/**
 * Of orders as `o`: a replacement whose original is still at work has no workflow of its own, and
 * is not to be at the broker yet.
 */
export const isInPlace = (sql: postgres.Sql): Condition =>
  sql`not exists (select 1 from orders x where x.id = o.replaces and x.status <> 'REPLACED')`;
