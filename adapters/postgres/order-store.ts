import postgres from 'postgres';
import type { OrderSubmission } from '../../contracts/orders.ts';
import type {
  AcceptanceOutcome,
  AcceptanceWrite,
  OrderChange,
  OrderChangeOutcome,
  OrderStore,
  SubmissionContext,
  WorkingOrder,
} from '../../contracts/ports/order-store.ts';
import type { Database } from './database.ts';
import { guardDatabasePort } from './database-errors.ts';
import { acceptanceDocument, orderChangeDocument } from './order-documents.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import { type SubmissionRow, toSubmissionContext, toWorkingOrder, type WorkingRow } from './order-snapshots.ts';
import { toTimestamp } from './timestamp.ts';

/** SQLSTATE that the two functions raise when what the caller decided on no longer holds. */
const STATE_CHANGED = 'HB001';

const SUBMIT_OPERATION = 'submitOrder';

/** Orders in Postgres. Each call is one round trip; the two writes are functions of the database that compare and write, and decide nothing. */
export function createOrderStore({ sql }: Database): OrderStore {
  const orderColumns = sql(ORDER_COLUMNS.map((column) => `o.${column}`));

  async function readSubmission(submission: OrderSubmission): Promise<SubmissionContext | null> {
    const { orderId, accountId, symbol } = submission;
    const key = submission.idempotency?.key ?? null;
    const clientOrderId = submission.clientOrderId ?? orderId;
    const [row] = await sql<SubmissionRow[]>`
      select a.status as account_status, a.buying_power, a.shorting_allowed,
        p.quantity as position_quantity, p.held_quantity,
        i.tradable, i.fractionable, s.opens_at, s.closes_at,
        k.fingerprint, k.response,
        exists (select 1 from orders x where x.account_id = a.id and x.client_order_id = ${clientOrderId} and x.id <> ${orderId}) as client_order_id_taken,
        o.id as decided_id
      from accounts a
      left join positions p on p.account_id = a.id and p.symbol = ${symbol}
      left join instruments i on i.symbol = ${symbol}
      left join trading_sessions s on s.symbol = ${symbol} and s.session_date = (${submission.submittedAt}::timestamptz at time zone 'UTC')::date
      left join idempotency_keys k on k.account_id = a.id and k.operation = ${SUBMIT_OPERATION} and k.key = ${key}
      left join orders o on o.id = ${orderId}
      where a.id = ${accountId}`;
    if (!row) return null;
    const decided = row.decided_id === null || row.response !== null ? null : await readOrder(orderId);
    return toSubmissionContext(row, decided);
  }

  async function readOrder(orderId: string) {
    const [row] = await sql<OrderRow[]>`select ${orderColumns} from orders o where o.id = ${orderId}`;
    return row ? toOrder(row) : null;
  }

  async function writeAcceptance(write: AcceptanceWrite): Promise<AcceptanceOutcome> {
    const document = acceptanceDocument(write, SUBMIT_OPERATION);
    return unlessChanged(async () => {
      const [row] = await sql<{ outcome: AcceptanceOutcome }[]>`select write_acceptance(${document}::text::jsonb) as outcome`;
      if (!row) throw new Error('write_acceptance answered nothing');
      return row.outcome;
    });
  }

  async function readWorkingOrder(orderId: string): Promise<WorkingOrder | null> {
    const [row] = await sql<WorkingRow[]>`
      select ${orderColumns}, o.protection_price, o.restore_status, o.revision, o.version,
        h.kind as hold_kind, h.price as hold_price, h.amount as hold_amount, h.remaining as hold_remaining,
        p.quantity as position_quantity, p.cost_basis, p.realized_pnl, p.version as position_version
      from orders o
      left join holds h on h.order_id = o.id
      left join positions p on p.account_id = o.account_id and p.symbol = o.symbol
      where o.id = ${orderId}`;
    return row ? toWorkingOrder(row) : null;
  }

  async function writeOrderChange(change: OrderChange): Promise<OrderChangeOutcome> {
    const document = orderChangeDocument(change);
    return unlessChanged(async () => {
      const [row] = await sql<{ outcome: OrderChangeOutcome }[]>`select write_order_change(${document}::text::jsonb) as outcome`;
      if (!row) throw new Error('write_order_change answered nothing');
      return row.outcome;
    });
  }

  async function findBooked(brokerExecutionIds: readonly string[]): Promise<Set<string>> {
    const rows = await sql<{ broker_execution_id: string }[]>`
      select broker_execution_id from executions where broker_execution_id = any(${[...brokerExecutionIds]})`;
    return new Set(rows.map((row) => row.broker_execution_id));
  }

  async function findUnacknowledged(submittedBefore: string, limit: number): Promise<OrderSubmission[]> {
    const rows = await sql<OrderRow[]>`
      select ${orderColumns} from orders o
      where o.status = 'PENDING_NEW' and o.submitted_at < ${submittedBefore}
      order by o.submitted_at limit ${limit}`;
    return rows.map(resubmission);
  }

  return guardDatabasePort({
    readSubmission,
    writeAcceptance,
    readWorkingOrder,
    writeOrderChange,
    findBooked,
    findUnacknowledged,
  });
}

async function unlessChanged<T>(write: () => Promise<T>): Promise<T | 'CONFLICT'> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === STATE_CHANGED) return 'CONFLICT';
    throw error;
  }
}

/** The order is decided, so its idempotency key and accept-by time no longer matter. */
function resubmission(row: OrderRow): OrderSubmission {
  const submittedAt = toTimestamp(row.submitted_at);
  const { id, accountId, clientOrderId, symbol, side, type, timeInForce, quantity, limitPrice } = toOrder(row);
  const terms = { symbol, side, type, timeInForce, quantity, limitPrice, clientOrderId };
  return { ...terms, orderId: id, accountId, idempotency: null, submittedAt, acceptBy: submittedAt };
}
