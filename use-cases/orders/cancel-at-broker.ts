import type { Clock } from '../../contracts/clock.ts';
import { brokerOrderId } from '../../contracts/ids.ts';
import { type Broker, BrokerOutcomeUnknown } from '../../contracts/ports/broker.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { ExecutionEvent } from '../../domain/order/transition.ts';
import type { BookReports } from './book-reports.ts';
import { progressOf } from './order-progress.ts';
import { type RecordEvent, readWorking } from './record-event.ts';

export interface CancelAtBrokerDeps {
  orders: OrderStore;
  broker: Broker;
  recordEvent: RecordEvent;
  bookReports: BookReports;
  clock: Clock;
}

/**
 * Cancels an open order: PENDING_CANCEL first, then the venue, whose word wins. A fill that was faster is booked; a refused cancel
 * restores the status. An order that never reached the venue is canceled here, without asking when that is certain; while a request
 * may be on its way, that the venue does not know it says nothing. Idempotent; throws what the broker throws.
 */
export function createCancelAtBroker({ orders, broker, recordEvent, bookReports, clock }: CancelAtBrokerDeps) {
  return async function cancelAtBroker(
    orderId: string,
    actor: string,
    mayBeAtBroker: boolean,
    mayBeOnItsWay = false,
  ): Promise<OrderProgress> {
    const working = await readWorking(orders, orderId);
    if (!isOpen(working.order.status)) return progressOf(working);
    if (!mayBeAtBroker) return record({ execType: 'CANCELED' });
    await record({ execType: 'PENDING_CANCEL' });
    const answer = await broker.cancelOrder(brokerOrderId(orderId, working.revision));
    if (!answer && mayBeOnItsWay) throw new BrokerOutcomeUnknown('The order may still be on its way to the broker');
    if (!answer) return record({ execType: 'CANCELED' });
    const progress = await bookReports(orderId, answer.order.reports);
    return progress.status === 'PENDING_CANCEL' && !answer.accepted ? record({ execType: 'CANCEL_REJECTED' }) : progress;

    function record(event: ExecutionEvent): Promise<OrderProgress> {
      return recordEvent(orderId, { event, brokerExecutionId: null, occurredAt: new Date(clock()).toISOString(), actor });
    }
  };
}
