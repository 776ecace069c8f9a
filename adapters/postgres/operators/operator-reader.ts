import type postgres from 'postgres';
import type {
  OperatorOrder,
  OperatorOrderQuery,
  OperatorReader,
} from '../../../contracts/operators/operator-reader.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { statusCondition } from '../orders/order-conditions.ts';
import { readTimeline } from '../orders/order-reader.ts';
import { type OrderRow, orderColumns, toOrder } from '../orders/order-row.ts';
import { toTimestamp } from '../timestamp.ts';
import { countBulkOrders, listBulkOrders } from './bulk-orders.ts';

type Sql = postgres.Sql;
type Fragment = postgres.PendingQuery<postgres.Row[]>;

interface OperatorOrderRow extends OrderRow {
  attention_step: string | null;
  attention_code: string | null;
  attention_since: string | Date | null;
}

/** Orders of all accounts, and what those that are SUSPENDED wait for. */
export const createOperatorReader = (sql: Sql): OperatorReader =>
  guardDatabasePort<OperatorReader>({
    async findOrder(orderId) {
      const [row] = await selectOrders(sql, sql`o.id = ${orderId}`);
      return row ? toOperatorOrder(row) : null;
    },
    async listOrders(query) {
      const rows = await operatorListQuery(sql, query);
      return rows.map(toOperatorOrder);
    },
    listTimeline: (orderId) => readTimeline(sql, orderId, sql`true`),
    countBulkOrders: (selection) => countBulkOrders(sql, selection),
    listBulkOrders: (selection, after, limit) => listBulkOrders(sql, selection, after, limit),
  });

/**
 * One page of orders in the order of an index: those that wait for an operator longest waiting
 * first, others newest first.
 */
export function operatorListQuery(
  sql: Sql,
  query: OperatorOrderQuery,
): postgres.PendingQuery<OperatorOrderRow[]> {
  const { attention, status, symbol, accountId, after, limit } = query;
  const place = after && sql`(${after.submittedAt}::timestamptz, ${after.orderId}::uuid)`;
  const waitsOrNot =
    attention === null
      ? sql``
      : attention
        ? sql`and o.status = 'SUSPENDED'`
        : sql`and o.status <> 'SUSPENDED'`;
  const [later, order] = attention
    ? [place && sql`and (o.suspended_at, o.id) > ${place}`, sql`order by o.suspended_at, o.id`]
    : [
        place && sql`and (o.submitted_at, o.id) < ${place}`,
        sql`order by o.submitted_at desc nulls last, o.id desc nulls last`,
      ];
  return selectOrders(
    sql,
    sql`true ${statusCondition(sql, status)} ${waitsOrNot} ${symbol === null ? sql`` : sql`and o.symbol = ${symbol}`}
      ${accountId === null ? sql`` : sql`and o.account_id = ${accountId}::uuid`} ${later ?? sql``} ${order} limit ${limit}`,
  );
}

/** An order that was resumed and failed again waits since its last suspension. */
function selectOrders(sql: Sql, where: Fragment): postgres.PendingQuery<OperatorOrderRow[]> {
  return sql<OperatorOrderRow[]>`
    select ${orderColumns(sql, 'o')},
      a.details->>'step' as attention_step, a.details->>'code' as attention_code,
      case when o.status = 'SUSPENDED' then coalesce(a.occurred_at, o.suspended_at, o.updated_at) end as attention_since
    from orders o left join lateral (
      select e.details, e.occurred_at from audit_events e
      where o.status = 'SUSPENDED' and e.order_id = o.id and e.action = 'SUSPENDED'
      order by e.id desc limit 1
    ) a on true
    where ${where}`;
}

function toOperatorOrder(row: OperatorOrderRow): OperatorOrder {
  const { attention_step: step, attention_code: code, attention_since: since } = row;
  return {
    ...toOrder(row),
    attentionReason: since === null ? null : { step, code, since: toTimestamp(since) },
  };
}
