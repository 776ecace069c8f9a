import { HubError } from '../../contracts/errors.ts';
import { decodeListCursor, listPage } from '../../contracts/list-cursor.ts';
import type { Order } from '../../contracts/orders.ts';
import type { Page } from '../../contracts/portfolio.ts';
import type { OrderListPosition, OrderReader } from '../../contracts/ports/order-reader.ts';
import type { OrderFilter, OrderUseCases } from '../use-cases.ts';

type OrderReads = Pick<OrderUseCases, 'getOrder' | 'listOrders' | 'listExecutions' | 'listTimeline'>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The caller's orders, their fills and their audit trail. Another account's order, and an id that is none, is `ORDER_NOT_FOUND`;
 * a cursor that is not ours is `VALIDATION_FAILED`. Everything throws `DATABASE_UNAVAILABLE`.
 */
export const createOrderReads = ({ orders }: { orders: OrderReader }): OrderReads => ({
  getOrder: (caller, orderId) => readOrThrow(orderId, (id) => orders.findOrder(caller.accountId, id)),
  listExecutions: (caller, orderId) => readOrThrow(orderId, (id) => orders.listExecutions(caller.accountId, id)),
  listTimeline: (caller, orderId) => readOrThrow(orderId, (id) => orders.listTimeline(caller.accountId, id)),
  listOrders: (caller, filter) => listOrders(orders, caller.accountId, filter),
});

/** `ORDER_NOT_FOUND` for an id that is none, and for what the read does not find. */
export async function readOrThrow<T>(orderId: string, read: (orderId: string) => Promise<T | null>): Promise<T> {
  const found = UUID.test(orderId) ? await read(orderId.toLowerCase()) : null;
  if (found === null) throw new HubError('ORDER_NOT_FOUND');
  return found;
}

/** One more than asked for is read, to know whether there is a next page. */
async function listOrders(orders: OrderReader, accountId: string, filter: OrderFilter): Promise<Page<Order>> {
  const { status, symbol, cursor, limit } = filter;
  const found = await orders.listOrders({ accountId, status, symbol, after: orderPositionOf(cursor), limit: limit + 1 });
  return listPage(found, limit, ({ submittedAt, id }) => ({ at: submittedAt, id }));
}

/** The place behind which a list of orders goes on; `VALIDATION_FAILED` for a cursor that is not ours. */
export function orderPositionOf(cursor: string | null): OrderListPosition | null {
  if (cursor === null) return null;
  const { at, id } = decodeListCursor(cursor);
  return { submittedAt: at, orderId: id };
}
