import postgres from 'postgres';
import { withDeadline } from './deadline.ts';
import { VenueFenced } from './errors.ts';
import type { Batch } from './journal.ts';
import { migrateVenueDatabase } from './migrate.ts';
import type { OrderView, QuoteUsage, Report } from './order.ts';
import {
  changeToRecord,
  type OrderRow,
  orderToRecord,
  type ReportRow,
  reportToRecord,
  rowToOrder,
  rowToReport,
  rowToUsage,
  type UsageRow,
  usageToRecord,
} from './rows.ts';

/** What the venue starts from. `epoch` is the right to write that came with it. */
export interface VenueState {
  venueId: string;
  epoch: number;
  lastSequence: number;
  openOrders: OrderView[];
  usages: QuoteUsage[];
}

/** The venue's database. Every call rejects when Postgres is away or does not answer in time. */
export interface VenueStore {
  /** Takes over the right to write, waits for what was written under the former right, and reads what is durable. */
  takeOver(): Promise<VenueState>;
  /** Writes a batch in one statement, so in one transaction. Rejects with VenueFenced when `epoch` holds no longer. */
  write(epoch: number, batch: Batch): Promise<void>;
  findOrders(clientOrderIds: readonly string[]): Promise<OrderView[]>;
  reportsAfter(sequence: number, limit: number): Promise<Report[]>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_S = 3;
const READ_POOL_SIZE = 3;
const READ_TIMEOUT_MS = 5_000;
/** Longer than the journal waits: the server ends what nobody waits for. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** Opens the venue's database; its schema is brought up to date when the right to write is first taken. */
export function createVenueStore({ databaseUrl }: { databaseUrl: string }): VenueStore {
  const connect = (max: number): postgres.Sql =>
    postgres(databaseUrl, {
      max,
      connect_timeout: CONNECT_TIMEOUT_S,
      backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1),
      connection: { application_name: 'paper-broker', statement_timeout: STATEMENT_TIMEOUT_MS },
      onnotice: () => {},
    });
  const reader = connect(READ_POOL_SIZE);
  let writer = connect(1);
  let isMigrated = false;

  const read = <T>(promise: Promise<T>, what: string): Promise<T> => withDeadline(promise, READ_TIMEOUT_MS, what);

  return {
    async takeOver() {
      // A connection that hung is given up; what it may still write is shut out by the epoch.
      await writer.end({ timeout: 0 });
      writer = connect(1);
      if (!isMigrated) await read(migrateVenueDatabase(writer), 'migrating the venue database');
      isMigrated = true;
      return read(loadState(writer), 'reading the book');
    },
    async write(epoch, batch) {
      if (!(await writeBatch(writer, epoch, batch))) throw new VenueFenced('another process writes for this venue');
    },
    findOrders: (clientOrderIds) => read(findOrders(reader, clientOrderIds), 'looking up orders'),
    reportsAfter: (sequence, limit) => read(reportsAfter(reader, sequence, limit), 'reading reports'),
    async close() {
      await Promise.all([writer.end({ timeout: 1 }), reader.end({ timeout: 1 })]);
    },
  };
}

async function loadState(sql: postgres.Sql): Promise<VenueState> {
  // The row lock waits for a write in flight, so the reads below see it.
  const [venue] = await sql<{ venue_id: string; epoch: string }[]>`UPDATE venue SET epoch = epoch + 1 RETURNING venue_id, epoch`;
  if (!venue) throw new Error('the venue database has no venue row');
  const [last] = await sql<{ sequence: string | null }[]>`SELECT max(sequence) AS sequence FROM execution_reports`;
  const rows = await sql<OrderRow[]>`SELECT * FROM orders WHERE status IN ('NEW', 'PARTIALLY_FILLED') ORDER BY first_sequence`;
  const usages = await sql<UsageRow[]>`SELECT * FROM quote_usage`;
  return {
    venueId: venue.venue_id,
    epoch: Number(venue.epoch),
    lastSequence: Number(last?.sequence ?? 0),
    openOrders: await withReports(sql, rows),
    usages: usages.map(rowToUsage),
  };
}

/** `false` when the epoch holds no longer: then nothing is written. */
async function writeBatch(sql: postgres.Sql, epoch: number, batch: Batch): Promise<boolean> {
  const [fence] = await sql<{ held: boolean }[]>`
    WITH fence AS MATERIALIZED (SELECT 1 FROM venue WHERE epoch = ${epoch} FOR SHARE),
    added AS (
      INSERT INTO orders (client_order_id, first_sequence, symbol, side, type, time_in_force, quantity, limit_price, protection_price,
        expires_at, status, filled_quantity, leaves_quantity, reject_code)
      SELECT o.* FROM jsonb_to_recordset(${sql.json([...batch.added].map(orderToRecord))}) AS o(id text, first_sequence bigint, symbol text, side text,
        type text, time_in_force text, quantity text, limit_price text, protection_price text, expires_at timestamptz, status text,
        filled numeric, leaves numeric, reject_code text)
      WHERE EXISTS (SELECT FROM fence)),
    changed AS (
      UPDATE orders SET status = c.status, filled_quantity = c.filled, leaves_quantity = c.leaves, reject_code = c.reject_code
      FROM jsonb_to_recordset(${sql.json([...batch.changed].map(changeToRecord))}) AS c(id text, status text, filled numeric, leaves numeric, reject_code text)
      WHERE orders.client_order_id = c.id AND EXISTS (SELECT FROM fence)),
    reported AS (
      INSERT INTO execution_reports (sequence, client_order_id, exec_type, order_status, last_quantity, last_price, cumulative_quantity,
        leaves_quantity, time, reject_code, in_answer)
      SELECT r.* FROM jsonb_to_recordset(${sql.json(batch.reports.map(reportToRecord))}) AS r(seq bigint, id text, exec_type text, status text,
        last_qty numeric, last_px numeric, cum numeric, leaves numeric, at timestamptz, reject_code text, in_answer boolean)
      WHERE EXISTS (SELECT FROM fence)),
    used AS (
      INSERT INTO quote_usage (symbol, quote_sequence, quote_time, bid_taken, ask_taken)
      SELECT u.* FROM jsonb_to_recordset(${sql.json([...batch.usages.values()].map(usageToRecord))}) AS u(symbol text, seq bigint, at timestamptz, bid numeric, ask numeric)
      WHERE EXISTS (SELECT FROM fence)
      ON CONFLICT (symbol) DO UPDATE SET quote_sequence = excluded.quote_sequence, quote_time = excluded.quote_time,
        bid_taken = excluded.bid_taken, ask_taken = excluded.ask_taken)
    SELECT EXISTS (SELECT FROM fence) AS held`;
  return fence?.held === true;
}

async function findOrders(sql: postgres.Sql, clientOrderIds: readonly string[]): Promise<OrderView[]> {
  return withReports(sql, await sql<OrderRow[]>`SELECT * FROM orders WHERE client_order_id = ANY(${[...clientOrderIds]}::text[])`);
}

async function reportsAfter(sql: postgres.Sql, sequence: number, limit: number): Promise<Report[]> {
  const rows = await sql<ReportRow[]>`SELECT * FROM execution_reports WHERE sequence > ${sequence} ORDER BY sequence LIMIT ${limit}`;
  return rows.map(rowToReport);
}

async function withReports(sql: postgres.Sql, orders: readonly OrderRow[]): Promise<OrderView[]> {
  if (orders.length === 0) return [];
  const ids = orders.map((order) => order.client_order_id);
  const rows = await sql<ReportRow[]>`SELECT * FROM execution_reports WHERE client_order_id = ANY(${ids}::text[]) ORDER BY sequence`;
  const reports = Map.groupBy(rows.map(rowToReport), (report) => report.clientOrderId);
  return orders.map((order) => rowToOrder(order, reports.get(order.client_order_id) ?? []));
}
