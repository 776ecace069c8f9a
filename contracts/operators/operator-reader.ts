import type { OrderStatus } from '../../domain/orders/order.ts';
import type { Timestamp } from '../decimal-string.ts';
import type { AuditEvent, Order } from '../orders/order.ts';
import type { OrderListPosition } from '../orders/order-reader.ts';
import type { OrderStep, Trouble } from '../orders/workflow-messages.ts';
import type { BulkCursor, BulkPage, BulkRequest } from './bulk-operations.ts';

/** Why an order waits for an operator. */
export interface AttentionReason {
  /**
   * The step that failed, and the stable code with which it failed last; null when the audit trail
   * does not say.
   */
  step: string | null;
  code: string | null;
  since: Timestamp;
}

/** The step of an order that has used up its quick retries and not succeeded since. */
export interface OrderTrouble extends Trouble {
  /** Of the first attempt that failed and has not been made up for. */
  since: Timestamp;
}

/**
 * An order as operators see it. `attentionReason` is null unless it is SUSPENDED, `trouble` while
 * all goes well.
 */
export type OperatorOrder = Order & {
  attentionReason: AttentionReason | null;
  trouble: OrderTrouble | null;
};

/** What happened to an order; `actorName`: the e-mail of the person who did it, where it is one. */
export type NamedAuditEvent = AuditEvent & { actorName: string | null };

export interface OperatorOrderQuery {
  /** `true`: SUSPENDED orders; `false`: all others; null: both. */
  attention: boolean | null;
  status: 'open' | 'closed' | 'all' | OrderStatus;
  /** All symbols when null. */
  symbol: string | null;
  /** All accounts when null. */
  accountId: string | null;
  clientOrderId: string | null;
  /** Orders in {@link OrderTrouble}, by step and code of its last failure; both when null. */
  step: OrderStep | null;
  code: string | null;
  /** Submitted after, and until then; without an end when null. */
  submittedAfter: Timestamp | null;
  submittedUntil: Timestamp | null;
  /**
   * Only orders that come after this one in the list; its instant is the one that the list is
   * ordered by.
   */
  after: OrderListPosition | null;
  /** At most so many orders. */
  limit: number;
}

/** Which orders a bulk operation is about: what its filter finds, submitted until it was asked for. */
export type BulkSelection = Pick<BulkRequest, 'filter' | 'requestedAt'>;

/**
 * What operators read of our books: the orders of all accounts. Order ids are
 * well-formed UUIDs. Every call is one round trip and throws `HubError('DATABASE_UNAVAILABLE')` when
 * there is no answer.
 */
export interface OperatorReader {
  findOrder(orderId: string): Promise<OperatorOrder | null>;
  /**
   * With `attention` by `suspendedAt`, then id, both ascending; otherwise by `submittedAt`, then
   * id, both descending.
   */
  listOrders(query: OperatorOrderQuery): Promise<OperatorOrder[]>;
  /** Oldest first, `sequence` from 1 without gaps; `null` when there is no such order. */
  listTimeline(orderId: string): Promise<NamedAuditEvent[] | null>;
  countBulkOrders(selection: BulkSelection): Promise<number>;
  /**
   * Those after the cursor, longest submitted first; at most `limit`. Every order is listed once,
   * however many end meanwhile.
   */
  listBulkOrders(
    selection: BulkSelection,
    after: BulkCursor | null,
    limit: number,
  ): Promise<BulkPage>;
}
