import type { FillTrail } from '../../contracts/ports/fill-trail.ts';
import type { OrderStatus } from '../../domain/order/order.ts';
import type { Database } from './database.ts';
import { guardDatabasePort } from './database-errors.ts';

/** Reads what `write_order_change` wrote in the fill's own transaction. */
export function createFillTrail({ sql }: Database): FillTrail {
  async function statusBefore(orderId: string, brokerExecutionId: string): Promise<OrderStatus | null> {
    const [row] = await sql<{ status: OrderStatus }[]>`
      select details->>'from' as status from audit_events
      where order_id = ${orderId} and action = 'TRADE' and details->>'brokerExecutionId' = ${brokerExecutionId}
      order by id limit 1`;
    return row?.status ?? null;
  }

  return guardDatabasePort({ statusBefore });
}
