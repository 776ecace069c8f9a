import postgres from 'postgres';
import { DeadlineExceeded, withDeadline } from './deadline.ts';
import { VenueFenced } from './errors.ts';
import type { Batch } from './journal.ts';
import { migrateVenueDatabase } from './migrate.ts';
import type { OrderView, QuoteUsage, Report } from './order.ts';
import {
  type OrderRow,
  type ReportRow,
  rowToOrder,
  rowToReport,
  rowToUsage,
  type UsageRow,
} from './rows.ts';
import { type Instruction, type Judgement, settleInstructions } from './settle-instructions.ts';
import { writeBatch } from './write-batch.ts';

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
  /**
   * Takes over the right to write, waits for what was written under the former right, and reads
   * what is durable.
   */
  takeOver(): Promise<VenueState>;
  /**
   * Writes a batch in one statement, so in one transaction. Rejects with VenueFenced when `epoch`
   * holds no longer.
   */
  write(epoch: number, batch: Batch): Promise<void>;
  findOrders(clientOrderIds: readonly string[]): Promise<OrderView[]>;
  reportsAfter(sequence: number, limit: number): Promise<Report[]>;
  /**
   * Settles the instructions that match a trade, in one transaction; one judgement each, in their
   * order. Rejects with VenueFenced as `write` does.
   */
  settle(epoch: number, instructions: readonly Instruction[]): Promise<Judgement[]>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_S = 3;
const READ_POOL_SIZE = 3;
const READ_TIMEOUT_MS = 5_000;
/** Longer than the journal waits: the server ends what nobody waits for. */
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * Opens the venue's database; its schema is brought up to date when the right to write is first
 * taken.
 */
export function createVenueStore({ databaseUrl }: { databaseUrl: string }): VenueStore {
  const connect = (max: number): postgres.Sql =>
    postgres(databaseUrl, {
      max,
      connect_timeout: CONNECT_TIMEOUT_S,
      backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1),
      connection: { application_name: 'paper-broker', statement_timeout: STATEMENT_TIMEOUT_MS },
      onnotice: () => {},
    });
  let readers = connect(READ_POOL_SIZE);
  let writer = connect(1);
  let isMigrated = false;

  /** Connections that did not answer in time may never do so again: the next call gets new ones. */
  const ask = async <T>(what: string, run: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
    const asked = readers;
    try {
      return await withDeadline(run(asked), READ_TIMEOUT_MS, what);
    } catch (error) {
      if (error instanceof DeadlineExceeded && asked === readers) {
        readers = connect(READ_POOL_SIZE);
        await asked.end({ timeout: 0 });
      }
      throw error;
    }
  };
  const takeWriter = <T>(promise: Promise<T>, what: string): Promise<T> =>
    withDeadline(promise, READ_TIMEOUT_MS, what);

  return {
    async takeOver() {
      // A connection that hung is given up; what it may still write is shut out by the epoch.
      await writer.end({ timeout: 0 });
      writer = connect(1);
      if (!isMigrated)
        await takeWriter(migrateVenueDatabase(writer), 'migrating the venue database');
      isMigrated = true;
      return takeWriter(loadState(writer), 'reading the book');
    },
    async write(epoch, batch) {
      if (!(await writeBatch(writer, epoch, batch)))
        throw new VenueFenced('another process writes for this venue');
    },
    findOrders: (clientOrderIds) =>
      ask('looking up orders', (sql) => findOrders(sql, clientOrderIds)),
    reportsAfter: (sequence, limit) =>
      ask('reading reports', (sql) => reportsAfter(sql, sequence, limit)),
    async settle(epoch, instructions) {
      const judgements = await ask('settling', (sql) =>
        settleInstructions(sql, epoch, instructions),
      );
      if (!judgements) throw new VenueFenced('another process settles for this venue');
      return judgements;
    },
    async close() {
      await Promise.all([writer.end({ timeout: 1 }), readers.end({ timeout: 1 })]);
    },
  };
}

async function loadState(sql: postgres.Sql): Promise<VenueState> {
  // The row lock waits for a write in flight, so the reads below see it.
  const [venue] = await sql<
    { venue_id: string; epoch: string }[]
  >`UPDATE venue SET epoch = epoch + 1 RETURNING venue_id, epoch`;
  if (!venue) throw new Error('the venue database has no venue row');
  const [last] = await sql<
    { sequence: string | null }[]
  >`SELECT max(sequence) AS sequence FROM execution_reports`;
  const rows = await sql<
    OrderRow[]
  >`SELECT * FROM orders WHERE status IN ('NEW', 'PARTIALLY_FILLED') ORDER BY first_sequence`;
  const usages = await sql<UsageRow[]>`SELECT * FROM quote_usage`;
  return {
    venueId: venue.venue_id,
    epoch: Number(venue.epoch),
    lastSequence: Number(last?.sequence ?? 0),
    openOrders: await withReports(sql, rows),
    usages: usages.map(rowToUsage),
  };
}

async function findOrders(
  sql: postgres.Sql,
  clientOrderIds: readonly string[],
): Promise<OrderView[]> {
  return withReports(
    sql,
    await sql<
      OrderRow[]
    >`SELECT * FROM orders WHERE client_order_id = ANY(${[...clientOrderIds]}::text[])`,
  );
}

async function reportsAfter(sql: postgres.Sql, sequence: number, limit: number): Promise<Report[]> {
  const rows = await sql<
    ReportRow[]
  >`SELECT * FROM execution_reports WHERE sequence > ${sequence} ORDER BY sequence LIMIT ${limit}`;
  return rows.map(rowToReport);
}

async function withReports(sql: postgres.Sql, orders: readonly OrderRow[]): Promise<OrderView[]> {
  if (orders.length === 0) return [];
  const ids = orders.map((order) => order.client_order_id);
  const rows = await sql<
    ReportRow[]
  >`SELECT * FROM execution_reports WHERE client_order_id = ANY(${ids}::text[]) ORDER BY sequence`;
  const reports = Map.groupBy(rows.map(rowToReport), (report) => report.clientOrderId);
  return orders.map((order) => rowToOrder(order, reports.get(order.client_order_id) ?? []));
}
