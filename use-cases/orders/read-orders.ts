import { HubError } from '../../contracts/errors.ts';
import type { Order } from '../../contracts/orders.ts';
import type { Page } from '../../contracts/portfolio.ts';
import type { OrderListPosition, OrderReader } from '../../contracts/ports/order-reader.ts';
import type { OrderFilter, OrderUseCases } from '../use-cases.ts';

type OrderReads = Pick<OrderUseCases, 'getOrder' | 'listOrders' | 'listExecutions' | 'listTimeline'>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CURSOR_TEXT = /^((?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

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
  const after = cursor === null ? null : decodeCursor(cursor);
  const found = await orders.listOrders({ accountId, status, symbol, after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last ? encodeCursor({ submittedAt: last.submittedAt, orderId: last.id }) : null };
}

/** The place of an order in a list, as text. */
export const encodeCursor = ({ submittedAt, orderId }: OrderListPosition): string =>
  Buffer.from(`${submittedAt}/${orderId}`, 'utf8').toString('base64url');

/** Decoding is lenient about what is no base64url: only what encodes to the same text again is a cursor. */
export function decodeCursor(cursor: string): OrderListPosition {
  const [, submittedAt, orderId] = CURSOR_TEXT.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (submittedAt === undefined || orderId === undefined || !isInstant(submittedAt) || encodeCursor({ submittedAt, orderId }) !== cursor) {
    throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
  }
  return { submittedAt, orderId };
}

/** A day or an hour that the calendar does not have must not reach the database. */
function isInstant(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}
