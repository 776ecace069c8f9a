import type postgres from 'postgres';
import type { BookedTrade } from './booked-trades.ts';

/**
 * The ids that the venue's next executions will have, when each order is filled by one trade and
 * nothing else is reported.
 */
export async function nextExecutionIds(venueSql: postgres.Sql, count: number): Promise<string[]> {
  const [venue] = await venueSql<{ venue_id: string; last: string }[]>`
    select venue_id, (select coalesce(max(sequence), 0) from execution_reports) as last from venue`;
  if (!venue) throw new Error('the venue has no id');
  return Array.from(
    { length: count },
    (_, index) => `PB-${venue.venue_id}-${Number(venue.last) + 1 + index}`,
  );
}

/**
 * Puts into the venue's books the orders and trades of which the hub has booked these; the venue
 * must not run, or be restarted then.
 */
export async function writeVenueTrades(
  venueSql: postgres.Sql,
  trades: readonly BookedTrade[],
): Promise<void> {
  const rows = trades.map(
    ({ brokerExecutionId, orderId, symbol, side, quantity, price, executedAt }) => ({
      ...{
        sequence: Number(brokerExecutionId.split('-').at(-1)),
        id: orderId,
        symbol,
        side,
        quantity,
        price,
        executedAt,
      },
    }),
  );
  const BATCH = 5_000;
  for (let from = 0; from < rows.length; from += BATCH) {
    const given = venueSql`jsonb_to_recordset(${JSON.stringify(rows.slice(from, from + BATCH))}::text::jsonb)
      as t(sequence bigint, id text, symbol text, side text, quantity text, price numeric, "executedAt" timestamptz)`;
    await venueSql`
      insert into orders (client_order_id, first_sequence, terms, standing, status, filled_quantity, leaves_quantity)
      select id, sequence, jsonb_build_object('clientOrderId', id, 'symbol', symbol, 'side', side, 'type', 'MARKET',
        'timeInForce', 'DAY', 'quantity', quantity), jsonb_build_object('arrival', sequence), 'FILLED', quantity::numeric, 0 from ${given}`;
    await venueSql`
      insert into execution_reports (sequence, client_order_id, exec_type, order_status, last_quantity, last_price, cumulative_quantity,
        leaves_quantity, time, in_answer)
      select sequence, id, 'TRADE', 'FILLED', quantity::numeric, price, quantity::numeric, 0, "executedAt", true from ${given}`;
  }
}
