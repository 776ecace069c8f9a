import type postgres from 'postgres';
import type { OperatorLog } from '../../../contracts/operators/operator-log.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { recordCancelRequest } from '../orders/cancel-requests.ts';

/** Requests of operators as rows of `audit_events`, beside what then happens to the order. */
export const createOperatorLog = (sql: postgres.Sql): OperatorLog =>
  guardDatabasePort<OperatorLog>({
    async recordRequest(orderId, action, { operator, reason, bulkId }) {
      if (action === 'CANCEL_REQUESTED')
        return recordCancelRequest(sql, orderId, { actor: operator, facts: { reason, bulkId } });
      await sql`
        insert into audit_events (account_id, order_id, actor, action, details)
        select account_id, id, ${operator}, ${action}, ${JSON.stringify({ reason, bulkId })}::text::jsonb from orders where id = ${orderId}
        on conflict do nothing`;
    },
    async recordExecutionRetry(of, orderId, { operator, reason }) {
      await sql`
        insert into audit_events (account_id, order_id, actor, action, details)
        select o.account_id, o.id, ${operator}, 'EXECUTION_RETRY_REQUESTED', ${JSON.stringify({ reason, ...of })}::text::jsonb
        from (select ${orderId}::uuid as id) as asked left join orders o on o.id = asked.id`;
    },
    async recordBulk({ id, action, filter, operator, reason }) {
      await sql`
        insert into audit_events (actor, action, details)
        select ${operator}, 'BULK_REQUESTED', ${JSON.stringify({ bulkId: id, action, filter, reason })}::text::jsonb
        where not exists (select from audit_events where details->>'bulkId' = ${id} and action = 'BULK_REQUESTED')`;
    },
    async recordBulkStop(bulkId, { operator, reason }) {
      await sql`
        insert into audit_events (actor, action, details)
        values (${operator}, 'BULK_STOP_REQUESTED', ${JSON.stringify({ bulkId, reason })}::text::jsonb)`;
    },
  });
