import type postgres from 'postgres';
import { waitUntil } from '../dev/wait-until.ts';
import { CLOSED_STATUSES } from '../domain/orders/order.ts';

/**
 * Rare enough to cost nothing against the orders: the time of the last booking is read from its
 * row, not from this clock.
 */
const POLL_EVERY_MS = 250;

export interface Bookings {
  /** Orders by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** When the last execution was booked, in milliseconds since 1970. */
  readonly lastBookedAtMs: number;
  /** From the order's submission to the booking of its last execution, for each order with one. */
  readonly executionMs: number[];
}

/**
 * Waits until all orders since `sinceMs`, at least `count`, are in a final state. Throws after
 * `timeoutMs`, saying how many are not.
 */
export async function waitForBookings(
  sql: postgres.Sql,
  sinceMs: number,
  count: number,
  timeoutMs: number,
): Promise<Bookings> {
  const since = new Date(sinceMs).toISOString();
  let standing = { total: 0, closed: 0 };
  const areClosed = async () => {
    const [row] = await sql<{ total: number; closed: number }[]>`
      select count(*)::int as total, count(*) filter (where status = any(${[...CLOSED_STATUSES]}))::int as closed
      from orders where submitted_at >= ${since}`;
    if (row) standing = row;
    return standing.total >= count && standing.closed === standing.total;
  };
  try {
    await waitUntil(areClosed, { timeoutMs, everyMs: POLL_EVERY_MS, message: '' });
  } catch (error) {
    const { total, closed } = standing;
    throw new Error(
      `of ${count} accepted orders ${total} are there and ${closed} have ended after ${timeoutMs / 1000} s`,
      {
        cause: error,
      },
    );
  }
  return readBookings(sql, since);
}

async function readBookings(sql: postgres.Sql, since: string): Promise<Bookings> {
  const statuses = await sql<{ status: string; count: number }[]>`
    select status, count(*)::int as count from orders where submitted_at >= ${since} group by status`;
  const booked = await sql<{ booked_at: number; submitted_at: number }[]>`
    select extract(epoch from max(e.booked_at))::float8 * 1000 as booked_at, extract(epoch from o.submitted_at)::float8 * 1000 as submitted_at
    from orders o join executions e on e.order_id = o.id
    where o.submitted_at >= ${since} group by o.id`;
  return {
    statuses: Object.fromEntries(statuses.map(({ status, count }) => [status, count])),
    lastBookedAtMs: booked.reduce((last, row) => Math.max(last, row.booked_at), 0),
    executionMs: booked.map((row) => row.booked_at - row.submitted_at),
  };
}
