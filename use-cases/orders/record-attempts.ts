import type { OrderStore } from '../../contracts/orders/order-store.ts';
import type { AttemptRecord } from '../../contracts/orders/workflow-messages.ts';

/**
 * Writes attempts that failed into the order's audit trail, where they outlive the workflow's
 * history, and what does not get on now, by which operators find the order. Twice is once. Throws
 * `DATABASE_UNAVAILABLE`.
 */
export const recordAttempts = (
  { orders }: { orders: Pick<OrderStore, 'recordAttempts'> },
  orderId: string,
  record: AttemptRecord,
): Promise<void> => orders.recordAttempts(orderId, record);
