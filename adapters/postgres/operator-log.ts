import type postgres from 'postgres';
import type { OperatorLog } from '../../contracts/ports/operator-log.ts';
import { guardDatabasePort } from './database-errors.ts';

/** Requests of operators as rows of `audit_events`, beside what then happens to the order. */
export const createOperatorLog = (sql: postgres.Sql): OperatorLog =>
  guardDatabasePort<OperatorLog>({
    async recordRequest(orderId, action, { operator, reason }) {
      await sql`
        insert into audit_events (account_id, order_id, actor, action, details)
        select account_id, id, ${operator}, ${action}, ${JSON.stringify({ reason })}::text::jsonb from orders where id = ${orderId}`;
    },
  });
