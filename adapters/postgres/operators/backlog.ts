import type postgres from 'postgres';
import type { Backlog } from '../../../contracts/operators/backlog.ts';
import { isInPlace } from '../orders/order-conditions.ts';
import { toTimestampOrNull } from '../timestamp.ts';

interface BacklogRow {
  suspended: Waiting;
  unacknowledged: { count: number; oldest_s: number };
  breaks: Waiting;
  in_repair: number;
  overdue: number;
  sessions: Backlog['sessions'];
}

interface Waiting {
  count: number;
  oldest: string | null;
}

/**
 * One statement over the partial indexes of what is open: its cost goes by what waits, not by what
 * there is. The run of 06:00 in New York settles what is due on its date or before: an hour later
 * that should be done.
 */
export async function readBacklog(sql: postgres.Sql): Promise<Backlog> {
  const [row] = await sql<BacklogRow[]>`
    select
      (select json_build_object('count', count(*), 'oldest', min(suspended_at)) from orders where status = 'SUSPENDED') as suspended,
      (select json_build_object('count', count(*),
          'oldest_s', coalesce(extract(epoch from now() - min(greatest(o.submitted_at, o.release_at))), 0)) from orders o
        where o.status = 'PENDING_NEW' and (o.release_at is null or o.release_at <= now())
          and ${isInPlace(sql)}) as unacknowledged,
      (select json_build_object('count', count(*), 'oldest', min(raised_at)) from breaks where resolved_at is null) as breaks,
      (select count(*)::int from settlement_instructions where status = 'IN_REPAIR') as in_repair,
      (select count(*)::int from settlement_instructions
        where status = 'PENDING' and settlement_date <= (now() at time zone 'America/New_York' - interval '7 hours')::date) as overdue,
      (select coalesce(json_agg(json_build_object(
          'broker', broker, 'lastSequence', last_sequence, 'takenInAt', case when last_sequence > 0 then updated_at end,
          'heardAgeSeconds', extract(epoch from now() - heard_at))), '[]') from broker_sessions) as sessions`;
  if (!row) throw new Error('the backlog is one row');
  return {
    ordersSuspended: row.suspended.count,
    oldestSuspendedAt: toTimestampOrNull(row.suspended.oldest),
    ordersUnacknowledged: row.unacknowledged.count,
    oldestUnacknowledgedSeconds: Math.max(0, row.unacknowledged.oldest_s),
    breaksOpen: row.breaks.count,
    oldestBreakAt: toTimestampOrNull(row.breaks.oldest),
    settlementsInRepair: row.in_repair,
    settlementsOverdue: row.overdue,
    sessions: row.sessions.map((one) => ({
      ...one,
      takenInAt: toTimestampOrNull(one.takenInAt),
    })),
  };
}
