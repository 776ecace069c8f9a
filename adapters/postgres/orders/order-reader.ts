import type postgres from 'postgres';
import { namesOf } from '../../../contracts/fields.ts';
import {
  type AuditEvent,
  EXECUTION_FIELDS,
  type Execution,
  namesFrom,
} from '../../../contracts/orders/order-fields.ts';
import type { OrderListQuery, OrderReader } from '../../../contracts/orders/order-reader.ts';
import type { auditEvents } from '../../../drizzle/schema/orders.ts';
import { type RowOf, selectFields } from '../columns.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { readFields } from '../read-fields.ts';
import { toTimestamp } from '../timestamp.ts';
import { statusCondition } from './order-conditions.ts';
import { type OrderRow, orderColumns, toOrder } from './order-row.ts';

type Sql = postgres.Sql;

/** The dates as text: the driver would make a `Date` of a date. */
type ExecutionRow = Omit<Execution, 'executedAt'> & { executedAt: string | Date };

type AuditEventRow = Pick<
  RowOf<typeof auditEvents>,
  'id' | 'actor' | 'action' | 'details' | 'occurredAt'
>;

/** What a left join gives for an order that is there and has none: every column is null. */
type Absent<Row> = { [Column in keyof Row]: null };

/** Orders of one account, their fills and their audit trail. */
export const createOrderReader = (sql: Sql): OrderReader =>
  guardDatabasePort<OrderReader>({
    async findOrder(accountId, orderId) {
      const rows = await sql<OrderRow[]>`
        select ${orderColumns(sql, 'o')} from orders o where id = ${orderId} and account_id = ${accountId}`;
      return rows[0] ? toOrder(rows[0]) : null;
    },
    async listOrders(query) {
      const rows = await orderListQuery(sql, query);
      return rows.map(toOrder);
    },
    listExecutions: (accountId, orderId) => listExecutions(sql, accountId, orderId),
    listTimeline: (accountId, orderId) =>
      readTimeline(sql, orderId, sql`o.account_id = ${accountId}`),
  });

/**
 * One page of orders. Word for word as the indexes have it: `nulls last` for their order, and the
 * statuses as literals, because a partial index is not used for a parameter.
 */
export function orderListQuery(sql: Sql, query: OrderListQuery): postgres.PendingQuery<OrderRow[]> {
  const { accountId, symbol, after, limit } = query;
  return sql<OrderRow[]>`
    select ${orderColumns(sql, 'o')} from orders o
    where account_id = ${accountId}
      ${statusCondition(sql, query.status)}
      ${symbol === null ? sql`` : sql`and symbol = ${symbol}`}
      ${after === null ? sql`` : sql`and (submitted_at, id) < (${after.submittedAt}::timestamptz, ${after.orderId}::uuid)`}
    order by submitted_at desc nulls last, id desc nulls last
    limit ${limit}`;
}

async function listExecutions(
  sql: Sql,
  accountId: string,
  orderId: string,
): Promise<Execution[] | null> {
  const rows = await sql<(ExecutionRow | Absent<ExecutionRow>)[]>`
    select ${selectFields(sql, 'e', namesFrom(EXECUTION_FIELDS, 'FILL'))}, s.trade_date::text as "tradeDate",
      s.settlement_date::text as "settlementDate", s.status as "settlementStatus"
    from orders o
    left join executions e on e.order_id = o.id
    left join settlement_instructions s on s.execution_id = e.id
    where o.id = ${orderId} and o.account_id = ${accountId}
    order by e.executed_at, e.booked_at, e.id`;
  if (rows.length === 0) return null;
  const names = namesOf(EXECUTION_FIELDS);
  return rows.filter(isPresent).map((row) => readFields(EXECUTION_FIELDS, names, row) as Execution);
}

/**
 * The audit trail of an order that the condition lets be seen; `null` when there is no such order.
 */
export async function readTimeline(
  sql: Sql,
  orderId: string,
  mayBeSeen: postgres.PendingQuery<postgres.Row[]>,
): Promise<AuditEvent[] | null> {
  const rows = await sql<(AuditEventRow | Absent<AuditEventRow>)[]>`
    select ${selectFields(sql, 'a', ['id', 'actor', 'action', 'details', 'occurredAt'])}
    from orders o left join audit_events a on a.order_id = o.id
    where o.id = ${orderId} and ${mayBeSeen}
    order by a.id`;
  if (rows.length === 0) return null;
  return rows.filter(isPresent).map((row, index) => ({
    sequence: index + 1,
    actor: row.actor,
    action: row.action,
    details: row.details,
    occurredAt: toTimestamp(row.occurredAt),
  }));
}

const isPresent = <Row extends { id: unknown }>(row: Row | Absent<Row>): row is Row =>
  row.id !== null;
