import {
  BrokerOutcomeUnknown,
  type ExecutionReport,
} from '../../contracts/broker-session/broker.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OperatorRequest, OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { isOpen } from '../../domain/orders/order.ts';
import type { ExecutionEvent } from '../../domain/orders/transition.ts';
import { type BookReportsDeps, bookReports } from './book-reports.ts';
import { progressOf, readWorking } from './order-progress.ts';
import { recordEvent } from './record-event.ts';

export interface EndOrderDeps extends BookReportsDeps {
  clock: Clock;
}

export interface CancelOptions {
  /** For whom: `account/<id>`, `user/<id>`, `system`. */
  actor: string;
  /** False only when the order certainly never reached the broker. */
  mayBeAtBroker: boolean;
  /** A request that was given up may still arrive at the broker. */
  mayBeOnItsWay: boolean;
}

/**
 * Cancels an open order: PENDING_CANCEL first, then the broker, whose word wins. A fill that was
 * faster is booked; a rejected cancel restores the status. An order that never reached the broker
 * is canceled here, without asking when that is certain; while a request may be on its way, that
 * the broker does not know it says nothing. Idempotent; throws what the broker throws.
 */
export async function cancelAtBroker(
  deps: EndOrderDeps,
  orderId: string,
  { actor, mayBeAtBroker, mayBeOnItsWay }: CancelOptions,
): Promise<OrderProgress> {
  const working = await readWorking(deps, orderId);
  if (!isOpen(working.order.status)) return progressOf(working);
  if (working.cancelRequestedBy === null)
    await deps.orders.recordCancelRequest(orderId, { actor, facts: {} });
  if (!mayBeAtBroker) return record({ execType: 'CANCELED' });
  await record({ execType: 'PENDING_CANCEL' });
  const answer = await deps.brokers.of(working.order.broker).cancelOrder(orderId);
  if (!answer && mayBeOnItsWay)
    throw new BrokerOutcomeUnknown('The order may still be on its way to the broker');
  if (!answer) return record({ execType: 'CANCELED' });
  const progress = await bookReports(deps, orderId, answer.order.reports);
  return progress.status === 'PENDING_CANCEL' && !answer.accepted
    ? record({ execType: 'CANCEL_REJECTED' })
    : progress;

  function record(event: ExecutionEvent): Promise<OrderProgress> {
    return recordEvent(deps, orderId, { ...happenedNow(deps), event, actor });
  }
}

/**
 * Ends an order whose time is over. The broker ends what it has by itself: it is asked, and what it
 * says is booked. What it never got is EXPIRED here, without asking when that is certain; a request
 * still on its way would find its time over at the broker. Throws what the broker throws.
 */
export async function expireOrder(
  deps: EndOrderDeps,
  orderId: string,
  { mayBeAtBroker }: Pick<CancelOptions, 'mayBeAtBroker'>,
): Promise<OrderProgress> {
  const working = await readWorking(deps, orderId);
  if (!isOpen(working.order.status)) return progressOf(working);
  const atBroker = mayBeAtBroker
    ? await deps.brokers.of(working.order.broker).getOrder(orderId)
    : null;
  if (atBroker) return bookReports(deps, orderId, atBroker.reports);
  const event = { execType: 'EXPIRED' } as const;
  return recordEvent(deps, orderId, { ...happenedNow(deps), event, actor: 'system' }, working);
}

export interface FailOptions extends Pick<CancelOptions, 'mayBeAtBroker'> {
  request: OperatorRequest;
}

/**
 * Ends an order by an operator's word and gives its hold back. The broker is asked once to cancel
 * it, and what it answers wins. When it does not answer, the order is CANCELED all the same, so that
 * a fill that comes to light later can still be booked; one that certainly never reached the broker
 * is REJECTED with OPERATOR_FAILED.
 */
export async function failOrder(
  deps: EndOrderDeps,
  orderId: string,
  { request: { operator, reason }, mayBeAtBroker }: FailOptions,
): Promise<OrderProgress> {
  const working = await readWorking(deps, orderId);
  if (!isOpen(working.order.status)) return progressOf(working);
  const answer = mayBeAtBroker ? await askToCancel(deps, working) : 'UNKNOWN_THERE';
  const progress = Array.isArray(answer)
    ? await bookReports(deps, orderId, answer)
    : progressOf(working);
  if (!isOpen(progress.status)) return progress;
  const neverTraded = answer === 'UNKNOWN_THERE' && new Decimal(progress.filledQuantity).isZero();
  return recordEvent(deps, orderId, {
    ...happenedNow(deps),
    event: { execType: neverTraded ? 'REJECTED' : 'CANCELED' },
    actor: operator,
    note: { reason },
    ...(neverTraded && {
      rejectCode: 'OPERATOR_FAILED' as const,
      rejectFacts: { operator, reason },
    }),
  });
}

async function askToCancel(
  { brokers, logger }: EndOrderDeps,
  { order }: WorkingOrder,
): Promise<ExecutionReport[] | 'UNKNOWN_THERE' | 'SILENT'> {
  try {
    const answer = await brokers.of(order.broker).cancelOrder(order.id);
    return answer?.order.reports ?? 'UNKNOWN_THERE';
  } catch (error) {
    logger.warn(
      { err: error, orderId: order.id },
      'the broker could not be asked; the order is ended by the operator alone',
    );
    return 'SILENT';
  }
}

/** What did not come from the broker happens now. */
const happenedNow = ({ clock }: EndOrderDeps) => ({
  brokerExecutionId: null,
  occurredAt: new Date(clock()).toISOString(),
});
