import { type OrderSubmission, resubmissionOf } from '../../../contracts/orders/order.ts';
import type {
  AcceptanceOutcome,
  AcceptanceWrite,
  OrderChange,
  OrderChangeOutcome,
  OrderStore,
  ReplacementWrite,
  SubmissionContext,
  WorkingOrder,
} from '../../../contracts/orders/order-store.ts';
import type { OrderStatus } from '../../../domain/orders/order.ts';
import type { Database } from '../database.ts';
import { guardDatabasePort, unlessChanged } from '../database-errors.ts';
import { recordAttempts } from './attempt-records.ts';
import { findForgottenCancels, recordCancelRequest } from './cancel-requests.ts';
import { isInPlace, statusCondition } from './order-conditions.ts';
import { acceptanceDocument, orderChangeDocument, replacementDocument } from './order-documents.ts';
import { type OrderRow, orderColumns, toOrder } from './order-row.ts';
import {
  type SubmissionRow,
  toSubmissionContext,
  toWorkingOrder,
  type WorkingRow,
  workingColumns,
} from './order-snapshots.ts';

const SUBMIT_OPERATION = 'submitOrder';

/**
 * An instrument's own sessions are read for so many days around a submission: an order waits for
 * the next one that it can take part in.
 */
const DAYS_BEFORE = 2;
const DAYS_AFTER = 14;

/**
 * Orders in Postgres. Each call is one round trip, and one more for a submission that was decided
 * on without a key; the writes are functions of the database that compare and write, and decide
 * nothing.
 */
export function createOrderStore({ sql }: Database): OrderStore {
  async function readSubmission(submission: OrderSubmission): Promise<SubmissionContext | null> {
    const { orderId, accountId, symbol } = submission;
    const key = submission.idempotency?.key ?? null;
    const clientOrderId = submission.clientOrderId ?? orderId;
    const ownSessions = sql`(
        select json_agg(json_build_object('date', s.session_date,
          'opensAtMs', (extract(epoch from s.opens_at) * 1000)::bigint, 'closesAtMs', (extract(epoch from s.closes_at) * 1000)::bigint))
        from trading_sessions s
        where s.symbol = ${symbol} and s.session_date
          between ${sessionDay(submission, -DAYS_BEFORE)}::date and ${sessionDay(submission, DAYS_AFTER)}::date)`;
    const [row] = await sql<SubmissionRow[]>`
      select a.status as account_status, a.buying_power, a.shorting_allowed, a.open_orders,
        p.quantity as position_quantity, p.held_quantity,
        i.tradable, i.fractionable, i.broker, ${ownSessions} as session_overrides,
        k.fingerprint, k.response,
        exists (select 1 from orders x where x.account_id = a.id and x.client_order_id = ${clientOrderId} and x.id <> ${orderId}) as client_order_id_taken,
        o.id as decided_id
      from accounts a
      left join positions p on p.account_id = a.id and p.symbol = ${symbol}
      left join instruments i on i.symbol = ${symbol}
      left join idempotency_keys k on k.account_id = a.id and k.operation = ${SUBMIT_OPERATION} and k.key = ${key}
      left join orders o on o.id = ${orderId}
      where a.id = ${accountId}`;
    if (!row) return null;
    const decided =
      row.decided_id === null || row.response !== null ? null : await readOrder(orderId);
    return toSubmissionContext(row, decided);
  }

  async function readOrder(orderId: string) {
    const [row] = await sql<
      OrderRow[]
    >`select ${orderColumns(sql, 'o')} from orders o where o.id = ${orderId}`;
    return row ? toOrder(row) : null;
  }

  async function writeAcceptance(
    write: AcceptanceWrite,
    openOrdersMax?: number,
  ): Promise<AcceptanceOutcome> {
    const document = acceptanceDocument(write, SUBMIT_OPERATION);
    return unlessChanged(async () => {
      const [row] = await sql<{ outcome: AcceptanceOutcome }[]>`
        select write_acceptance(${document}::text::jsonb, ${openOrdersMax ?? null}::int) as outcome`;
      if (!row) throw new Error('write_acceptance answered nothing');
      return row.outcome;
    });
  }

  const workingOrders = () => sql`
    select ${workingColumns(sql, 'o')},
      (select coalesce(sum(e.cash), 0) from executions e where e.order_id = o.id) as filled_cash,
      h.kind as hold_kind, h.price as hold_price, h.amount as hold_amount, h.remaining as hold_remaining,
      p.quantity as position_quantity, p.cost_basis, p.realized_pnl, p.version as position_version
    from orders o
    left join holds h on h.order_id = o.id
    left join positions p on p.account_id = o.account_id and p.symbol = o.symbol`;

  async function readWorkingOrder(orderId: string): Promise<WorkingOrder | null> {
    const [row] = await sql<WorkingRow[]>`${workingOrders()} where o.id = ${orderId}`;
    return row ? toWorkingOrder(row) : null;
  }

  async function findPendingReplacement(orderId: string): Promise<WorkingOrder | null> {
    const [row] = await sql<WorkingRow[]>`
      ${workingOrders()} where o.replaces = ${orderId} and o.status = 'PENDING_NEW' order by o.submitted_at limit 1`;
    return row ? toWorkingOrder(row) : null;
  }

  async function writeReplacement(write: ReplacementWrite): Promise<OrderChangeOutcome> {
    const document = replacementDocument(write);
    return unlessChanged(async () => {
      const [row] = await sql<
        { outcome: OrderChangeOutcome }[]
      >`select write_replacement(${document}::text::jsonb) as outcome`;
      if (!row) throw new Error('write_replacement answered nothing');
      return row.outcome;
    });
  }

  async function writeOrderChange(change: OrderChange): Promise<OrderChangeOutcome> {
    const document = orderChangeDocument(change);
    return unlessChanged(async () => {
      const [row] = await sql<
        { outcome: OrderChangeOutcome }[]
      >`select write_order_change(${document}::text::jsonb) as outcome`;
      if (!row) throw new Error('write_order_change answered nothing');
      return row.outcome;
    });
  }

  async function findBooked(
    broker: string,
    brokerExecutionIds: readonly string[],
  ): Promise<Set<string>> {
    const rows = await sql<{ broker_execution_id: string }[]>`
      select broker_execution_id from executions
      where broker = ${broker} and broker_execution_id = any(${[...brokerExecutionIds]})`;
    return new Set(rows.map((row) => row.broker_execution_id));
  }

  /** Reads what `write_order_change` wrote in the fill's own transaction. */
  async function statusBefore(
    orderId: string,
    brokerExecutionId: string,
  ): Promise<OrderStatus | null> {
    const [row] = await sql<{ status: OrderStatus }[]>`
      select details->>'from' as status from audit_events
      where order_id = ${orderId} and action = 'TRADE' and details->>'brokerExecutionId' = ${brokerExecutionId}
      order by id limit 1`;
    return row?.status ?? null;
  }

  async function findUnacknowledged(
    broker: string,
    before: string,
    limit: number,
  ): Promise<OrderSubmission[]> {
    const rows = await sql<OrderRow[]>`
      select ${orderColumns(sql, 'o')} from orders o
      where o.status = 'PENDING_NEW' and o.broker = ${broker} and o.submitted_at < ${before} and (o.release_at is null or o.release_at < ${before})
        and ${isInPlace(sql)}
      order by o.submitted_at limit ${limit}`;
    return rows.map((row) => resubmissionOf(toOrder(row)));
  }

  async function findOpen(broker: string, before: string): Promise<string[]> {
    const rows = await sql<{ id: string }[]>`
      select o.id from orders o
      where o.broker = ${broker} and o.submitted_at < ${before} ${statusCondition(sql, 'open')} and ${isInPlace(sql)}`;
    return rows.map(({ id }) => id);
  }

  async function readStatuses(orderIds: readonly string[]): Promise<Map<string, OrderStatus>> {
    const rows = await sql<{ id: string; status: OrderStatus }[]>`
      select id, status from orders where id = any(${[...orderIds]})`;
    return new Map(rows.map(({ id, status }) => [id, status]));
  }

  return guardDatabasePort({
    readSubmission,
    writeAcceptance,
    readWorkingOrder,
    recordCancelRequest: (orderId, request) => recordCancelRequest(sql, orderId, request),
    recordAttempts: (orderId, record) => recordAttempts(sql, orderId, record),
    findForgottenCancels: (broker, before) => findForgottenCancels(sql, broker, before),
    writeOrderChange,
    writeReplacement,
    findPendingReplacement,
    findBooked,
    statusBefore,
    findOpen,
    readStatuses,
    findUnacknowledged,
  });
}

const sessionDay = ({ submittedAt }: OrderSubmission, days: number): string =>
  new Date(Date.parse(submittedAt) + days * 86_400_000).toISOString().slice(0, 10);
