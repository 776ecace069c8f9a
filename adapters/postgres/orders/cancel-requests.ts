import type postgres from 'postgres';
import type { CancelRequest } from '../../../contracts/orders/order-store.ts';
import { statusCondition } from './order-conditions.ts';

/** At a time: what is left over is found again. */
const FORGOTTEN_MAX = 500;

/**
 * The request is on the order from then on, so that no reset and no lost message forgets it, and in
 * the audit trail. The first to ask stays the one for whom it is canceled. Once for each bulk
 * operation.
 */
export async function recordCancelRequest(
  sql: postgres.Sql,
  orderId: string,
  { actor, facts }: CancelRequest,
): Promise<void> {
  await sql`
    with requested as (
      update orders set version = version + 1, cancel_requested_at = now(),
        cancel_requested_by = coalesce(cancel_requested_by, ${actor})
      where id = ${orderId} ${statusCondition(sql, 'open')}
      returning account_id, id
    )
    insert into audit_events (account_id, order_id, actor, action, details)
    select account_id, id, ${actor}, 'CANCEL_REQUESTED', ${JSON.stringify(facts)}::text::jsonb from requested
    on conflict do nothing`;
}

/** As the partial index has it; PENDING_CANCEL is what the workflow writes when it sees to it. */
export async function findForgottenCancels(
  sql: postgres.Sql,
  broker: string,
  before: string,
): Promise<{ orderId: string; actor: string }[]> {
  return sql<{ orderId: string; actor: string }[]>`
    select id as "orderId", cancel_requested_by as actor from orders
    where broker = ${broker} and cancel_requested_by is not null and cancel_requested_at < ${before}
      ${statusCondition(sql, 'open')} and status not in ('PENDING_CANCEL','SUSPENDED')
    order by cancel_requested_at limit ${FORGOTTEN_MAX}`;
}
