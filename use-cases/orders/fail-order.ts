import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import { brokerOrderId } from '../../contracts/ids.ts';
import type { Broker } from '../../contracts/ports/broker.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OperatorRequest, OrderProgress } from '../../contracts/workflow-messages.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { BookReports } from './book-reports.ts';
import { progressOf } from './order-progress.ts';
import { type RecordEvent, readWorking } from './record-event.ts';

export interface FailOrderDeps {
  orders: OrderStore;
  broker: Broker;
  recordEvent: RecordEvent;
  bookReports: BookReports;
  clock: Clock;
  logger: Logger;
}

/**
 * Ends an order by an operator's word and releases its hold. The venue is asked once to cancel it, and what it answers wins. When it does not answer,
 * the order is CANCELED all the same, so that a fill that comes to light later can still be booked; one that certainly never
 * reached the venue is REJECTED with OPERATOR_FAILED.
 */
export function createFailOrder({ orders, broker, recordEvent, bookReports, clock, logger }: FailOrderDeps) {
  return async function failOrder(orderId: string, request: OperatorRequest, mayBeAtBroker: boolean): Promise<OrderProgress> {
    const working = await readWorking(orders, orderId);
    if (!isOpen(working.order.status)) return progressOf(working);
    const asked = mayBeAtBroker ? await askToCancel(orderId, working.revision) : { isUnknownThere: true };
    const progress = 'reports' in asked ? await bookReports(orderId, asked.reports) : progressOf(working);
    if (!isOpen(progress.status)) return progress;
    const neverTraded = 'isUnknownThere' in asked && new Decimal(progress.filledQuantity).isZero();
    return recordEvent(orderId, {
      event: { execType: neverTraded ? 'REJECTED' : 'CANCELED' },
      brokerExecutionId: null,
      occurredAt: new Date(clock()).toISOString(),
      actor: request.operator,
      note: { reason: request.reason },
      ...(neverTraded && { rejectCode: 'OPERATOR_FAILED' as const, rejectFacts: { operator: request.operator, reason: request.reason } }),
    });
  };

  async function askToCancel(orderId: string, revision: number) {
    try {
      const answer = await broker.cancelOrder(brokerOrderId(orderId, revision));
      return answer ? { reports: answer.order.reports } : { isUnknownThere: true };
    } catch (error) {
      logger.warn({ err: error, orderId }, 'the venue could not be asked; the order is ended by the operator alone');
      return { isSilent: true };
    }
  }
}
