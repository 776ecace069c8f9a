import type { OrderSubmission } from './order.ts';
import type { OrderStanding } from './workflow-messages.ts';

/**
 * What Temporal remembers of orders, for when our books have lost it. Throws
 * `HubError('TEMPORAL_UNAVAILABLE')` when the server, or a worker that is asked, is away.
 */
export interface OrderHistories {
  /** What its workflow was started with, whether or not it runs; `null`: there is none. */
  readSubmission(orderId: string): Promise<OrderSubmission | null>;
  /** Where the order stands, as its workflow knows it; `null`: nobody has decided on it. */
  readStanding(orderId: string): Promise<OrderStanding | null>;
  /** Whether its last workflow has come to its end: it knew the order as closed. */
  hasCompleted(orderId: string): Promise<boolean>;
}
