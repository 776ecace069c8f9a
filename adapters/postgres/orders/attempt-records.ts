import type postgres from 'postgres';
import type { AttemptRecord } from '../../../contracts/orders/workflow-messages.ts';

/**
 * The attempts go into the audit trail, each once by its step and time; what does not get on now
 * replaces what did not before, and keeps since when.
 */
export async function recordAttempts(
  sql: postgres.Sql,
  orderId: string,
  { attempts, trouble }: AttemptRecord,
): Promise<void> {
  const failed = attempts.map(({ at, ...details }) => ({ at, details }));
  const since = attempts[0]?.at ?? null;
  await sql`
    with recorded as (
      insert into audit_events (account_id, order_id, actor, action, details, occurred_at)
      select o.account_id, o.id, coalesce(f.details->>'askedBy', 'system'), 'ATTEMPT_FAILED', f.details, f.at
      from orders o, jsonb_to_recordset(${JSON.stringify(failed)}::text::jsonb) as f(at timestamptz, details jsonb)
      where o.id = ${orderId} and not exists (
        select 1 from audit_events e where e.order_id = o.id and e.action = 'ATTEMPT_FAILED'
          and e.occurred_at = f.at and e.details->>'step' = f.details->>'step')
      order by f.at
    ), over as (
      delete from order_troubles where order_id = ${orderId} and ${trouble === null}
    )
    insert into order_troubles as t (order_id, step, code, attempt, next_attempt_at, since)
    select id, ${trouble?.step ?? null}, ${trouble?.code ?? null}, ${trouble?.attempt ?? null}::int,
      ${trouble?.nextAttemptAt ?? null}::timestamptz, coalesce(${since}::timestamptz, now())
    from orders where id = ${orderId} and ${trouble !== null}
    on conflict (order_id) do update set step = excluded.step, code = excluded.code,
      attempt = excluded.attempt, next_attempt_at = excluded.next_attempt_at,
      since = case when t.step = excluded.step then t.since else excluded.since end`;
}
