import type postgres from 'postgres';
import type { Batch } from './journal.ts';
import { changeToRecord, orderToRecord, reportToRecord, usageToRecord } from './rows.ts';

/**
 * Writes a batch in one statement. `false` when the epoch holds no longer: then nothing is written.
 */
export async function writeBatch(sql: postgres.Sql, epoch: number, batch: Batch): Promise<boolean> {
  const [fence] = await sql<{ held: boolean }[]>`
    WITH fence AS MATERIALIZED (SELECT 1 FROM venue WHERE epoch = ${epoch} FOR SHARE),
    added AS (
      INSERT INTO orders (client_order_id, first_sequence, terms, replaces, carried_quantity, standing, status, filled_quantity,
        leaves_quantity, reject_code)
      SELECT o.* FROM jsonb_to_recordset(${sql.json([...batch.added].map(orderToRecord))}) AS o(id text, first_sequence bigint,
        terms jsonb, replaces text, carried numeric, standing jsonb, status text, filled numeric, leaves numeric, reject_code text)
      WHERE EXISTS (SELECT FROM fence)),
    changed AS (
      UPDATE orders SET standing = c.standing, status = c.status, filled_quantity = c.filled, leaves_quantity = c.leaves,
        reject_code = c.reject_code
      FROM jsonb_to_recordset(${sql.json([...batch.changed].map(changeToRecord))}) AS c(id text, standing jsonb, status text,
        filled numeric, leaves numeric, reject_code text)
      WHERE orders.client_order_id = c.id AND EXISTS (SELECT FROM fence)),
    reported AS (
      INSERT INTO execution_reports (sequence, client_order_id, exec_type, order_status, last_quantity, last_price, cumulative_quantity,
        leaves_quantity, stop_price, water_mark, time, reject_code, in_answer)
      SELECT r.* FROM jsonb_to_recordset(${sql.json(batch.reports.map(reportToRecord))}) AS r(seq bigint, id text, exec_type text, status text,
        last_qty numeric, last_px numeric, cum numeric, leaves numeric, stop_price numeric, water_mark numeric, at timestamptz, reject_code text, in_answer boolean)
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
