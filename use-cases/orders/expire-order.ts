import type { Clock } from '../../contracts/clock.ts';
import { brokerOrderId } from '../../contracts/ids.ts';
import type { Broker } from '../../contracts/ports/broker.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { BookReports } from './book-reports.ts';
import { progressOf } from './order-progress.ts';
import { type RecordEvent, readWorking } from './record-event.ts';

/**
 * Ends an order whose time is over. The venue ends what it has by itself: it is asked, and what it says is booked. What it never got is EXPIRED here,
 * without asking when that is certain; a request still on its way would find its time over at the venue. Throws what the broker throws.
 */
export function createExpireOrder(deps: {
  orders: OrderStore;
  broker: Broker;
  recordEvent: RecordEvent;
  bookReports: BookReports;
  clock: Clock;
}) {
  return async function expireOrder(orderId: string, mayBeAtBroker: boolean): Promise<OrderProgress> {
    const working = await readWorking(deps.orders, orderId);
    if (!isOpen(working.order.status)) return progressOf(working);
    const atBroker = mayBeAtBroker ? await deps.broker.getOrder(brokerOrderId(orderId, working.revision)) : null;
    if (atBroker) return deps.bookReports(orderId, atBroker.reports);
    const occurredAt = new Date(deps.clock()).toISOString();
    return deps.recordEvent(orderId, { event: { execType: 'EXPIRED' }, brokerExecutionId: null, occurredAt, actor: 'system' }, working);
  };
}
