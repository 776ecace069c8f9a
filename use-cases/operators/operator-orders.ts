import { listPage, type Page, type PageRequest } from '../../contracts/list-cursor.ts';
import type {
  NamedAuditEvent,
  OperatorOrder,
  OperatorOrderQuery,
  OperatorReader,
} from '../../contracts/operators/operator-reader.ts';
import { orderPositionOf } from '../orders/read-orders.ts';
import { type ShowStopsDeps, showStop, showStops } from '../orders/show-stops.ts';
import { type FindOrderDeps, findOrThrow } from './find-order.ts';

export interface ListOrdersDeps extends ShowStopsDeps {
  reader: Pick<OperatorReader, 'findOrder' | 'listOrders' | 'listTimeline'>;
}

export interface OperatorOrdersDeps extends ListOrdersDeps, FindOrderDeps {}

/** As of {@link OperatorOrderQuery}. */
export type OperatorOrderFilter = PageRequest & Omit<OperatorOrderQuery, 'after' | 'limit'>;

/**
 * Orders of all accounts: those that wait for an operator longest waiting first, all others newest
 * first. Throws `VALIDATION_FAILED` for a cursor that is not ours, and `DATABASE_UNAVAILABLE`.
 */
export async function listOrders(
  deps: ListOrdersDeps,
  { cursor, limit, ...filter }: OperatorOrderFilter,
): Promise<Page<OperatorOrder>> {
  // One more than asked for is read, to know whether there is a next page.
  const found = await deps.reader.listOrders({
    ...filter,
    after: orderPositionOf(cursor),
    limit: limit + 1,
  });
  // The instant that the list is ordered by.
  const page = listPage(found, limit, (order) => ({
    at: (filter.attention ? order.suspendedAt : null) ?? order.submittedAt,
    id: order.id,
  }));
  return { ...page, items: await showStops(deps, page.items) };
}

/** Failures: as of {@link findOrThrow}, also for an id that is none. */
export async function getOrder(deps: OperatorOrdersDeps, orderId: string): Promise<OperatorOrder> {
  return showStop(deps, await findOrThrow(deps, orderId, (id) => deps.reader.findOrder(id)));
}

/** The order's audit trail, oldest first. Failures: as of {@link getOrder}. */
export const listTimeline = (
  deps: Pick<OperatorOrdersDeps, 'reader' | 'workflows'>,
  orderId: string,
): Promise<NamedAuditEvent[]> => findOrThrow(deps, orderId, (id) => deps.reader.listTimeline(id));
