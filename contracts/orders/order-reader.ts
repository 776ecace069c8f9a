import type { Timestamp } from '../decimal-string.ts';
import type { AuditEvent, Execution, Order } from './order.ts';

/** The place of an order in an account's list, newest first. */
export interface OrderListPosition {
  submittedAt: Timestamp;
  orderId: string;
}

export interface OrderListQuery {
  accountId: string;
  status: 'open' | 'closed' | 'all';
  /** All symbols when null. */
  symbol: string | null;
  /** Only orders that come after this one in the list; from the newest when null. */
  after: OrderListPosition | null;
  /** At most so many orders. */
  limit: number;
}

/**
 * An account's orders as their owner may see them: an order of another account is as unknown as one
 * that never was. Order ids are well-formed UUIDs. Every call is one round trip and throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface OrderReader {
  findOrder(accountId: string, orderId: string): Promise<Order | null>;
  /** By `submittedAt`, then id, both descending. */
  listOrders(query: OrderListQuery): Promise<Order[]>;
  /** Oldest first; `null` when there is no such order. */
  listExecutions(accountId: string, orderId: string): Promise<Execution[] | null>;
  /** Oldest first, `sequence` from 1 without gaps; `null` when there is no such order. */
  listTimeline(accountId: string, orderId: string): Promise<AuditEvent[] | null>;
}
