import type { AttentionReader, OperatorOrder } from '../../contracts/ports/attention-reader.ts';
import { decodeCursor, encodeCursor } from '../orders/read-orders.ts';
import type { AdminUseCases } from '../use-cases.ts';

/**
 * Orders of all accounts. Throws `VALIDATION_FAILED` for a cursor that is not ours, and `DATABASE_UNAVAILABLE`.
 * One more than asked for is read, to know whether there is a next page.
 */
export function createListOrders({ orders }: { orders: Pick<AttentionReader, 'listOrders'> }): AdminUseCases['listOrders'] {
  return async ({ attention, status, symbol, cursor, limit }) => {
    const after = cursor === null ? null : decodeCursor(cursor);
    const found = await orders.listOrders({ attention, status, symbol, after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: found.length > limit && last ? encodeCursor(placeOf(last, attention)) : null };
  };
}

/** The instant that the list is ordered by. */
const placeOf = (order: OperatorOrder, attention: boolean | null) => ({
  submittedAt: (attention ? order.suspendedAt : null) ?? order.submittedAt,
  orderId: order.id,
});
