import type postgres from 'postgres';
import type { Side } from '../domain/orders/order.ts';

/**
 * A trade that a participant wants settled. `sequence` is the report's; `null` when the id was
 * never the venue's.
 */
export interface Instruction {
  sequence: number | null;
  symbol: string;
  side: Side;
  quantity: string;
  price: string;
  /** YYYY-MM-DD */
  settlementDate: string;
}

export type Judgement = 'SETTLED' | 'UNKNOWN_EXECUTION' | 'DOES_NOT_MATCH';

/**
 * Compares each instruction with the venue's trade and keeps what matches as settled, once: a trade
 * is never settled twice, and what has settled is judged as settled again. One statement. `null`
 * when the epoch holds no longer: then nothing is kept.
 */
export async function settleInstructions(
  sql: postgres.Sql,
  epoch: number,
  instructions: readonly Instruction[],
): Promise<Judgement[] | null> {
  const records = instructions.map((instruction, place) => ({ ...instruction, place }));
  const rows = await sql<{ judgement: Judgement }[]>`
    WITH fence AS MATERIALIZED (SELECT 1 FROM venue WHERE epoch = ${epoch} FOR SHARE),
    judged AS MATERIALIZED (
      SELECT i.place, i.sequence, i."settlementDate", CASE
          WHEN r.sequence IS NULL THEN 'UNKNOWN_EXECUTION'
          WHEN (o.symbol, o.side, r.last_quantity, r.last_price) = (i.symbol, i.side, i.quantity, i.price) THEN 'SETTLED'
          ELSE 'DOES_NOT_MATCH' END AS judgement
      FROM jsonb_to_recordset(${sql.json(records)}) AS i(place int, sequence bigint, symbol text, side text, quantity numeric,
        price numeric, "settlementDate" date)
      LEFT JOIN execution_reports r ON r.sequence = i.sequence AND r.exec_type = 'TRADE'
      LEFT JOIN orders o USING (client_order_id)
      WHERE EXISTS (SELECT FROM fence)),
    settled AS (
      INSERT INTO settled_instructions (execution_sequence, settlement_date)
      SELECT DISTINCT ON (sequence) sequence, "settlementDate" FROM judged WHERE judgement = 'SETTLED' ORDER BY sequence, place
      ON CONFLICT DO NOTHING)
    SELECT judgement FROM judged ORDER BY place`;
  return rows.length === instructions.length ? rows.map((row) => row.judgement) : null;
}
