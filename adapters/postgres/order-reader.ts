import type postgres from 'postgres';
import type { AuditEvent, Execution } from '../../contracts/orders.ts';
import type { OrderListQuery, OrderReader } from '../../contracts/ports/order-reader.ts';
import { Decimal, formatCash, formatDecimal } from '../../domain/money/decimal.ts';
import type { Side } from '../../domain/order/order.ts';
import { guardDatabasePort } from './database-errors.ts';
import { statusCondition } from './order-conditions.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import { toTimestamp } from './timestamp.ts';

type Sql = postgres.Sql;

interface ExecutionRow {
  id: string;
  broker_execution_id: string;
  symbol: string;
  side: Side;
  quantity: string;
  price: string;
  cash: string;
  executed_at: string | Date;
  /** As text: the driver would make a `Date` of a date. */
  trade_date: string;
  settlement_date: string;
  settlement_status: Execution['settlementStatus'];
}

interface AuditEventRow {
  /** bigint: the driver gives it as text. */
  id: string;
  actor: string;
  action: string;
  details: Record<string, unknown>;
  occurred_at: string | Date;
}

/** What a left join gives for an order that is there and has none: every column is null. */
type Absent<Row> = { [Column in keyof Row]: null };

/** Orders of one account, their fills and their audit trail. */
export const createOrderReader = (sql: Sql): OrderReader =>
  guardDatabasePort<OrderReader>({
    async findOrder(accountId, orderId) {
      const rows = await sql<OrderRow[]>`
        select ${sql(ORDER_COLUMNS)} from orders where id = ${orderId} and account_id = ${accountId}`;
      return rows[0] ? toOrder(rows[0]) : null;
    },
    async listOrders(query) {
      const rows = await orderListQuery(sql, query);
      return rows.map(toOrder);
    },
    listExecutions: (accountId, orderId) => listExecutions(sql, accountId, orderId),
    listTimeline: (accountId, orderId) => readTimeline(sql, orderId, sql`o.account_id = ${accountId}`),
  });

/**
 * One page of orders. Word for word as the indexes have it: `nulls last` for their order, and the statuses as literals,
 * because a partial index is not used for a parameter.
 */
export function orderListQuery(sql: Sql, query: OrderListQuery): postgres.PendingQuery<OrderRow[]> {
  const { accountId, symbol, after, limit } = query;
  return sql<OrderRow[]>`
    select ${sql(ORDER_COLUMNS)} from orders
    where account_id = ${accountId}
      ${statusCondition(sql, query.status)}
      ${symbol === null ? sql`` : sql`and symbol = ${symbol}`}
      ${after === null ? sql`` : sql`and (submitted_at, id) < (${after.submittedAt}::timestamptz, ${after.orderId}::uuid)`}
    order by submitted_at desc nulls last, id desc nulls last
    limit ${limit}`;
}

async function listExecutions(sql: Sql, accountId: string, orderId: string): Promise<Execution[] | null> {
  const rows = await sql<(ExecutionRow | Absent<ExecutionRow>)[]>`
    select e.id, e.broker_execution_id, e.symbol, e.side, e.quantity, e.price, e.cash, e.executed_at,
      s.trade_date::text, s.settlement_date::text, s.status as settlement_status
    from orders o
    left join executions e on e.order_id = o.id
    left join settlement_instructions s on s.execution_id = e.id
    where o.id = ${orderId} and o.account_id = ${accountId}
    order by e.executed_at, e.booked_at, e.id`;
  if (rows.length === 0) return null;
  return rows.filter(isPresent).map((row) => ({
    id: row.id,
    orderId,
    brokerExecutionId: row.broker_execution_id,
    symbol: row.symbol,
    side: row.side,
    quantity: formatDecimal(new Decimal(row.quantity)),
    price: formatDecimal(new Decimal(row.price)),
    cash: formatCash(new Decimal(row.cash)),
    executedAt: toTimestamp(row.executed_at),
    tradeDate: row.trade_date,
    settlementDate: row.settlement_date,
    settlementStatus: row.settlement_status,
  }));
}

/** The audit trail of an order that the condition lets be seen; `null` when there is no such order. */
export async function readTimeline(
  sql: Sql,
  orderId: string,
  mayBeSeen: postgres.PendingQuery<postgres.Row[]>,
): Promise<AuditEvent[] | null> {
  const rows = await sql<(AuditEventRow | Absent<AuditEventRow>)[]>`
    select a.id, a.actor, a.action, a.details, a.occurred_at
    from orders o left join audit_events a on a.order_id = o.id
    where o.id = ${orderId} and ${mayBeSeen}
    order by a.id`;
  if (rows.length === 0) return null;
  return rows.filter(isPresent).map((row, index) => ({
    sequence: index + 1,
    actor: row.actor,
    action: row.action,
    details: row.details,
    occurredAt: toTimestamp(row.occurred_at),
  }));
}

const isPresent = <Row extends { id: string }>(row: Row | Absent<Row>): row is Row => row.id !== null;
