import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { SuspensionObserver } from '../../contracts/ports/step-observer.ts';
import type { OperatorRequest, OrderProgress, Suspension } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import { progressOf } from './order-progress.ts';
import { type RecordEvent, readWorking } from './record-event.ts';

interface SuspendOrderDeps {
  orders: OrderStore;
  recordEvent: RecordEvent;
  observer: SuspensionObserver;
  clock: Clock;
  logger: Logger;
}

/** An open order waits for an operator from now on: SUSPENDED, with a log line and a metric that an alert can use, whether or not it can be written. */
export function createSuspendOrder({ orders, recordEvent, observer, clock, logger }: SuspendOrderDeps) {
  return async function suspendOrder(orderId: string, suspension: Suspension): Promise<OrderProgress> {
    logger.error({ orderId, ...suspension }, 'order needs attention: all retries are used up');
    observer.suspended(suspension.step, suspension.code);
    const working = await readWorking(orders, orderId);
    if (!isOpen(working.order.status)) return progressOf(working);
    const occurredAt = new Date(clock()).toISOString();
    const event = {
      event: { execType: 'SUSPENDED' },
      brokerExecutionId: null,
      occurredAt,
      actor: 'system',
      note: { ...suspension },
    } as const;
    return recordEvent(orderId, event, working);
  };
}

/** The wait for an operator is over; `request` is null when the order found its way by itself. */
export function createResumeOrder({ orders, recordEvent, clock }: Pick<SuspendOrderDeps, 'orders' | 'recordEvent' | 'clock'>) {
  return async function resumeOrder(orderId: string, request: OperatorRequest | null): Promise<OrderProgress> {
    const working = await readWorking(orders, orderId);
    if (!isOpen(working.order.status)) return progressOf(working);
    const occurredAt = new Date(clock()).toISOString();
    const actor = request?.operator ?? 'system';
    const note = request ? { reason: request.reason } : {};
    return recordEvent(orderId, { event: { execType: 'RESUMED' }, brokerExecutionId: null, occurredAt, actor, note }, working);
  };
}
