import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { Page, PageRequest } from '../../contracts/list-cursor.ts';
import { decodeListCursor, listPage } from '../../contracts/list-cursor.ts';
import type { AuditEvent, Execution, Order } from '../../contracts/orders/order.ts';
import type { OrderListPosition, OrderReader } from '../../contracts/orders/order-reader.ts';
import { type ShowStopsDeps, showStop, showStops } from './show-stops.ts';

// The caller's orders, their fills and their audit trail. Another account's order, and an id that
// is none, is `ORDER_NOT_FOUND`. Everything throws `DATABASE_UNAVAILABLE`.

export interface ReadOrdersDeps extends ShowStopsDeps {
  reader: OrderReader;
}

export interface OrderFilter extends PageRequest {
  status: 'open' | 'closed' | 'all';
  symbol: string | null;
}

export async function getOrder(
  deps: ReadOrdersDeps,
  caller: Caller,
  orderId: string,
): Promise<Order> {
  return showStop(deps, await findOrder(deps, caller, orderId));
}

/** The order as it is stored, for whoever acts on it. */
export const findOrder = (
  { reader }: { reader: Pick<OrderReader, 'findOrder'> },
  { accountId }: Caller,
  orderId: string,
): Promise<Order> => readOrThrow(orderId, (id) => reader.findOrder(accountId, id));

/** Oldest first. */
export const listExecutions = (
  { reader }: ReadOrdersDeps,
  { accountId }: Caller,
  orderId: string,
): Promise<Execution[]> => readOrThrow(orderId, (id) => reader.listExecutions(accountId, id));

/** The order's audit trail, oldest first. */
export const listTimeline = (
  { reader }: ReadOrdersDeps,
  { accountId }: Caller,
  orderId: string,
): Promise<AuditEvent[]> => readOrThrow(orderId, (id) => reader.listTimeline(accountId, id));

/** Newest first. A cursor that is not ours is `VALIDATION_FAILED`. */
export async function listOrders(
  deps: ReadOrdersDeps,
  { accountId }: Caller,
  { status, symbol, cursor, limit }: OrderFilter,
): Promise<Page<Order>> {
  const after = orderPositionOf(cursor);
  // One more than asked for, to know whether there is a next page.
  const query = { accountId, status, symbol, after, limit: limit + 1 };
  const found = await deps.reader.listOrders(query);
  const page = listPage(found, limit, ({ submittedAt, id }) => ({ at: submittedAt, id }));
  return { ...page, items: await showStops(deps, page.items) };
}

/**
 * The place behind which a list of orders goes on; `VALIDATION_FAILED` for a cursor that is not
 * ours.
 */
export function orderPositionOf(cursor: string | null): OrderListPosition | null {
  if (cursor === null) return null;
  const { at, id } = decodeListCursor(cursor);
  return { submittedAt: at, orderId: id };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `ORDER_NOT_FOUND` for an id that is none, and for what the read does not find. */
export async function readOrThrow<T>(
  orderId: string,
  read: (orderId: string) => Promise<T | null>,
): Promise<T> {
  const found = UUID.test(orderId) ? await read(orderId.toLowerCase()) : null;
  if (found === null) throw new HubError('ORDER_NOT_FOUND');
  return found;
}
