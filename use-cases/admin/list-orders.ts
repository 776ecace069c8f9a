import { listPage } from '../../contracts/list-cursor.ts';
import type { AttentionReader } from '../../contracts/ports/attention-reader.ts';
import { orderPositionOf } from '../orders/read-orders.ts';
import type { AdminUseCases } from '../use-cases.ts';

/**
 * Orders of all accounts. Throws `VALIDATION_FAILED` for a cursor that is not ours, and `DATABASE_UNAVAILABLE`.
 * One more than asked for is read, to know whether there is a next page.
 */
export function createListOrders({ orders }: { orders: Pick<AttentionReader, 'listOrders'> }): AdminUseCases['listOrders'] {
  return async ({ attention, status, symbol, accountId, cursor, limit }) => {
    const found = await orders.listOrders({ attention, status, symbol, accountId, after: orderPositionOf(cursor), limit: limit + 1 });
    // The instant that the list is ordered by.
    return listPage(found, limit, (order) => ({ at: (attention ? order.suspendedAt : null) ?? order.submittedAt, id: order.id }));
  };
}
