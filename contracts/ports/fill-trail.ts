import type { OrderStatus } from '../../domain/order/order.ts';

/** What the audit trail says of booked fills. Throws `HubError('DATABASE_UNAVAILABLE')` when there is no answer. */
export interface FillTrail {
  /** Where the order stood when the fill was booked; `null` while it is not booked. Says the same however often it is asked. */
  statusBefore(orderId: string, brokerExecutionId: string): Promise<OrderStatus | null>;
}
