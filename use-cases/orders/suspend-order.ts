import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import type {
  OperatorRequest,
  OrderProgress,
  Suspension,
} from '../../contracts/orders/workflow-messages.ts';
import type { SuspensionObserver } from '../../contracts/step-observer.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { progressOf, readWorking } from './order-progress.ts';
import type { OrderEvent } from './plan-order-change.ts';
import { type RecordEventDeps, recordEvent } from './record-event.ts';

export interface ResumeOrderDeps extends RecordEventDeps {
  clock: Clock;
}

export interface SuspendOrderDeps extends ResumeOrderDeps {
  observer: SuspensionObserver;
  logger: Logger;
}

/**
 * An open order waits for an operator from now on: SUSPENDED, with a log line and a metric that an
 * alert can use, whether or not it can be written.
 */
export async function suspendOrder(
  deps: SuspendOrderDeps,
  orderId: string,
  suspension: Suspension,
): Promise<OrderProgress> {
  deps.logger.error({ orderId, ...suspension }, 'order needs attention: all retries are used up');
  deps.observer.suspended(suspension.step, suspension.code);
  return recordIfOpen(deps, orderId, {
    event: { execType: 'SUSPENDED' },
    actor: 'system',
    note: { ...suspension },
  });
}

/** The wait for an operator is over; `request` is null when the order found its way by itself. */
export async function resumeOrder(
  deps: ResumeOrderDeps,
  orderId: string,
  request: OperatorRequest | null,
): Promise<OrderProgress> {
  return recordIfOpen(deps, orderId, {
    event: { execType: 'RESUMED' },
    actor: request?.operator ?? 'system',
    note: request ? { reason: request.reason } : {},
  });
}

async function recordIfOpen(
  deps: ResumeOrderDeps,
  orderId: string,
  happened: Pick<OrderEvent, 'event' | 'actor' | 'note'>,
): Promise<OrderProgress> {
  const working = await readWorking(deps, orderId);
  if (!isOpen(working.order.status)) return progressOf(working);
  const occurredAt = new Date(deps.clock()).toISOString();
  return recordEvent(deps, orderId, { ...happened, brokerExecutionId: null, occurredAt }, working);
}
