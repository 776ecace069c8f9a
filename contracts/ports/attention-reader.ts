import type { Timestamp } from '../decimal-string.ts';
import type { AuditEvent, Order } from '../orders.ts';
import type { OrderListPosition } from './order-reader.ts';

/** Why an order waits for an operator. */
export interface AttentionReason {
  /** The step that failed, and the stable code with which it failed last; null when the audit trail does not say. */
  step: string | null;
  code: string | null;
  since: Timestamp;
}

/** An order as operators see it. `attentionReason` is null unless it is SUSPENDED. */
export type OperatorOrder = Order & { attentionReason: AttentionReason | null };

export interface OperatorOrderQuery {
  /** `true`: SUSPENDED orders; `false`: all others; null: both. */
  attention: boolean | null;
  status: 'open' | 'closed' | 'all';
  /** All symbols when null. */
  symbol: string | null;
  /** All accounts when null. */
  accountId: string | null;
  /** Only orders that come after this one in the list; its instant is the one that the list is ordered by. */
  after: OrderListPosition | null;
  /** At most so many orders. */
  limit: number;
}

/**
 * The orders of all accounts, for operators. Order ids are well-formed UUIDs. Every call is one round trip and throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface AttentionReader {
  findOrder(orderId: string): Promise<OperatorOrder | null>;
  /** With `attention` by `suspendedAt`, then id, both ascending; otherwise by `submittedAt`, then id, both descending. */
  listOrders(query: OperatorOrderQuery): Promise<OperatorOrder[]>;
  /** Oldest first, `sequence` from 1 without gaps; `null` when there is no such order. */
  listTimeline(orderId: string): Promise<AuditEvent[] | null>;
}
