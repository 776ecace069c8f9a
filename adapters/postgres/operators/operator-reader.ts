import type postgres from 'postgres';
import type {
  OperatorOrder,
  OperatorOrderQuery,
  OperatorReader,
  OrderTrouble,
} from '../../../contracts/operators/operator-reader.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { statusCondition } from '../orders/order-conditions.ts';
import { type OrderRow, orderColumns, toOrder } from '../orders/order-row.ts';
import { toTimestamp, toTimestampOrNull } from '../timestamp.ts';
import { countBulkOrders, listBulkOrders } from './bulk-orders.ts';
import { readNamedTimeline } from './named-timeline.ts';

type Sql = postgres.Sql;
type Fragment = postgres.PendingQuery<postgres.Row[]>;

interface OperatorOrderRow extends OrderRow {
  attention_step: string | null;
  attention_code: string | null;
  attention_since: string | Date | null;
  trouble: OrderTrouble | null;
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
    listTimeline: (orderId) => readNamedTimeline(sql, orderId),
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
  const { attention, after, limit } = query;
  const place = after && sql`(${after.submittedAt}::timestamptz, ${after.orderId}::uuid)`;
  const [later, order] = attention
    ? [place && sql`and (o.suspended_at, o.id) > ${place}`, sql`order by o.suspended_at, o.id`]
    : [
        place && sql`and (o.submitted_at, o.id) < ${place}`,
        sql`order by o.submitted_at desc nulls last, o.id desc nulls last`,
      ];
  return selectOrders(
    sql,
    sql`true ${filterOf(sql, query)} ${later ?? sql``} ${order} limit ${limit}`,
  );
}

function filterOf(sql: Sql, query: OperatorOrderQuery): Fragment {
  const { attention, status, symbol, accountId, clientOrderId, step, code } = query;
  const { submittedAfter, submittedUntil } = query;
  const conditions = [
    statusCondition(sql, status),
    attention === true && sql`and o.status = 'SUSPENDED'`,
    attention === false && sql`and o.status <> 'SUSPENDED'`,
    symbol !== null && sql`and o.symbol = ${symbol}`,
    accountId !== null && sql`and o.account_id = ${accountId}::uuid`,
    clientOrderId !== null && sql`and o.client_order_id = ${clientOrderId}`,
    (step !== null || code !== null) &&
      sql`and o.id in (select t.order_id from order_troubles t
        where t.step = coalesce(${step}, t.step) and t.code = coalesce(${code}, t.code))`,
    submittedAfter !== null && sql`and o.submitted_at > ${submittedAfter}`,
    submittedUntil !== null && sql`and o.submitted_at <= ${submittedUntil}`,
  ];
  return conditions
    .filter((condition) => condition !== false)
    .reduce((all, condition) => sql`${all} ${condition}`, sql``);
}

/** An order that was resumed and failed again waits since its last suspension. */
function selectOrders(sql: Sql, where: Fragment): postgres.PendingQuery<OperatorOrderRow[]> {
  return sql<OperatorOrderRow[]>`
    select ${orderColumns(sql, 'o')},
      a.details->>'step' as attention_step, a.details->>'code' as attention_code,
      case when o.status = 'SUSPENDED' then coalesce(a.occurred_at, o.suspended_at, o.updated_at) end as attention_since,
      (select json_build_object('step', t.step, 'code', t.code, 'attempt', t.attempt,
          'nextAttemptAt', t.next_attempt_at, 'since', t.since)
        from order_troubles t where t.order_id = o.id) as trouble
    from orders o left join lateral (
      select e.details, e.occurred_at from audit_events e
      where o.status = 'SUSPENDED' and e.order_id = o.id and e.action = 'SUSPENDED'
      order by e.id desc limit 1
    ) a on true
    where ${where}`;
}

function toOperatorOrder(row: OperatorOrderRow): OperatorOrder {
  const { attention_step: step, attention_code: code, attention_since: since, trouble } = row;
  return {
    ...toOrder(row),
    attentionReason: since === null ? null : { step, code, since: toTimestamp(since) },
    trouble: trouble && {
      ...trouble,
      nextAttemptAt: toTimestampOrNull(trouble.nextAttemptAt),
      since: toTimestamp(trouble.since),
    },
  };
}
