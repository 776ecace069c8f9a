import type { BrokerOrder, ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { Clock } from '../../contracts/clock.ts';
import { type OrderSubmission, resubmissionOf } from '../../contracts/orders/order.ts';
import type { OrderHistories } from '../../contracts/orders/order-histories.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { type BookReportsDeps, bookReports } from './book-reports.ts';
import { readWorking } from './order-progress.ts';
import { planRestoredOrder, type RestoredOrder } from './plan-restored-order.ts';
import { recordEvent } from './record-event.ts';

export interface RestoreOrderDeps extends BookReportsDeps {
  histories: Pick<OrderHistories, 'readSubmission'>;
  clock: Clock;
}

/**
 * What the order holds is not there in our books: money or shares that came in are missing in them,
 * or come in with another order that is restored later.
 */
export class OrderNotCovered extends Error {
  override readonly name = 'OrderNotCovered';
}

/**
 * Puts an order that the broker has, and our books have lost, back into them: as its client sent
 * it, which Temporal remembers, and as far as the broker has come with it. The broker's word wins:
 * no check, limit or accept-by time keeps out what has happened. Its first answer is kept under its
 * key again, and an open one gets its workflow. Idempotent. `null`: Temporal does not remember it,
 * or what it remembers cannot be the broker's order. Throws {@link OrderNotCovered}, and what the
 * broker, the books and Temporal throw.
 */
export async function restoreOrder(
  deps: RestoreOrderDeps,
  broker: string,
  orderId: string,
): Promise<WorkingOrder | null> {
  const submission = await deps.histories.readSubmission(orderId);
  const atBroker = submission && (await deps.brokers.of(broker).getOrder(orderId));
  if (!submission || !atBroker || !isSameOrder(submission, atBroker)) return null;
  const original =
    atBroker.replaces === null ? null : await findOriginal(deps, broker, atBroker.replaces);
  if (atBroker.replaces !== null && !original) return null;
  const lost = { submission, broker, atBroker, original: original?.working ?? null };
  if (!(await write(deps, lost))) return null;
  if (original) await bookReplaced(deps, original);
  await bookReports(deps, orderId, atBroker.reports.filter(isNotReplaced));
  const restored = await readWorking(deps, orderId);
  deps.logger.warn(
    { orderId, broker, status: restored.order.status },
    'an order of the broker was not in the books: it is restored',
  );
  if (isOpen(restored.order.status))
    await deps.workflows.startOrder(resubmissionOf(restored.order));
  return restored;
}

async function write(
  { orders, calendar, clock }: RestoreOrderDeps,
  lost: Pick<RestoredOrder, 'submission' | 'broker' | 'atBroker' | 'original'>,
): Promise<boolean> {
  const { submission } = lost;
  const context = await orders.readSubmission(submission);
  const planned = context && planRestoredOrder({ ...lost, context, calendar, nowMs: clock() });
  if (!planned) return false;
  const outcome = await orders.writeAcceptance(planned);
  if (outcome === 'CONFLICT')
    throw new OrderNotCovered(`the account does not have what order ${submission.orderId} holds`);
  return outcome === 'WRITTEN' || outcome === 'DECIDED';
}

/** The order whose place was taken, with its fills booked: what it still holds goes over. */
async function findOriginal(
  deps: RestoreOrderDeps,
  broker: string,
  originalId: string,
): Promise<{ working: WorkingOrder; atBroker: BrokerOrder } | null> {
  const atBroker = await deps.brokers.of(broker).getOrder(originalId);
  const isThere =
    (await deps.orders.readWorkingOrder(originalId)) ??
    (await restoreOrder(deps, broker, originalId));
  if (!atBroker || !isThere) return null;
  await bookReports(deps, originalId, atBroker.reports.filter(isNotReplaced));
  return { working: await readWorking(deps, originalId), atBroker };
}

/** What else it waited for is over; only a pending replace can become a replaced order. */
async function bookReplaced(
  deps: RestoreOrderDeps,
  { working: { order }, atBroker }: { working: WorkingOrder; atBroker: BrokerOrder },
): Promise<void> {
  const happened = { brokerExecutionId: null, occurredAt: now(deps), actor: 'system' };
  if (isOpen(order.status))
    for (const execType of ['CANCEL_REJECTED', 'RESUMED', 'PENDING_REPLACE'] as const)
      await recordEvent(deps, order.id, { ...happened, event: { execType } });
  await bookReports(deps, order.id, atBroker.reports);
}

const now = ({ clock }: RestoreOrderDeps): string => new Date(clock()).toISOString();

/** That it was replaced is booked with the replacement, which has to be there first. */
const isNotReplaced = ({ execType }: ExecutionReport): boolean => execType !== 'REPLACED';

const isSameOrder = (submission: OrderSubmission, { symbol, side }: BrokerOrder): boolean =>
  submission.symbol === symbol && submission.side === side;
