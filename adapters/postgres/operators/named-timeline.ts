import type postgres from 'postgres';
import type { NamedAuditEvent } from '../../../contracts/operators/operator-reader.ts';
import { readTimeline } from '../orders/order-reader.ts';

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/**
 * The audit trail of an order of any account, with the e-mails of the people in it: `user/<id>`,
 * `account/<id>`, and `client` for the order's own.
 */
export async function readNamedTimeline(
  sql: postgres.Sql,
  orderId: string,
): Promise<NamedAuditEvent[] | null> {
  const [events, names] = await Promise.all([
    readTimeline(sql, orderId, sql`true`),
    readNames(sql, orderId),
  ]);
  if (events === null) return null;
  return events.map((event) => ({ ...event, actorName: names.get(event.actor) ?? null }));
}

async function readNames(sql: postgres.Sql, orderId: string): Promise<Map<string, string>> {
  const rows = await sql<{ actor: string; email: string }[]>`
    with actors as (
      select distinct o.account_id as own, e.actor from audit_events e join orders o on o.id = e.order_id
      where e.order_id = ${orderId}
    ), people as (
      select actor,
        case when actor ~ ${`^user/${UUID}$`} then split_part(actor, '/', 2)::uuid end as user_id,
        case when actor = 'client' then own
          when actor ~ ${`^account/${UUID}$`} then split_part(actor, '/', 2)::uuid end as account_id
      from actors
    )
    select p.actor, u.email from people p
      left join accounts a on a.id = p.account_id
      join users u on u.id = coalesce(p.user_id, a.user_id)`;
  return new Map(rows.map(({ actor, email }) => [actor, email]));
}
