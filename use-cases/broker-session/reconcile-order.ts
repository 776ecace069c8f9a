import type { BrokerOrder, ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { Reconciled } from '../../contracts/broker-session/reconciliation.ts';
import type { ReportSeals } from '../../contracts/broker-session/report-seals.ts';
import { resubmissionOf } from '../../contracts/orders/order.ts';
import type { OrderHistories } from '../../contracts/orders/order-histories.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { readContext } from '../orders/accept-order.ts';
import { bookReports } from '../orders/book-reports.ts';
import { type BringBackOrderDeps, bringBackOrder } from '../orders/bring-back-order.ts';
import { progressOf } from '../orders/order-progress.ts';
import { recordEvent } from '../orders/record-event.ts';

export interface ReconcileOrderDeps extends BringBackOrderDeps {
  workflows: Pick<OrderWorkflows, 'startOrder' | 'restartOrder' | 'reportExecutions'>;
  histories: OrderHistories;
  seals: ReportSeals;
}

/**
 * Compares an order in our books, at the broker and in Temporal, and repairs what differs; `null`
 * when nothing does, or the order is another broker's.
 */
export async function reconcileOrder(
  deps: ReconcileOrderDeps,
  broker: string,
  orderId: string,
  isRunning: boolean,
): Promise<Reconciled | null> {
  const working = await deps.orders.readWorkingOrder(orderId);
  if (!working) return isRunning ? bringBack(deps, broker, orderId) : null;
  if (working.order.broker !== broker) return null;
  const atBroker = await deps.brokers.of(broker).getOrder(orderId);
  const before = progressOf(working);
  const told = await bookable(deps, orderId, atBroker);
  const now = atBroker ? await bookReports(deps, orderId, told, working) : before;
  const isCorrected = now.status !== before.status || now.filledQuantity !== before.filledQuantity;
  if (!isRunning && isOpen(now.status)) return adopt(deps, working, atBroker);
  const isTold = isRunning && (isCorrected || !isOpen(now.status));
  if (isTold) await tell(deps, orderId, atBroker);
  if (isCorrected) return 'CORRECTED';
  return isTold ? 'TOLD' : null;
}

/** By whom it was replaced may be lost: then that is booked when the replacement is restored. */
async function bookable(
  { orders }: ReconcileOrderDeps,
  orderId: string,
  atBroker: BrokerOrder | null,
): Promise<readonly ExecutionReport[]> {
  const reports = atBroker?.reports ?? [];
  if (atBroker?.status !== 'REPLACED' || (await orders.findPendingReplacement(orderId)))
    return reports;
  return reports.filter(({ execType }) => execType !== 'REPLACED');
}

/** Its workflow runs, and the books do not have it. Nobody decided on it: it ends by itself. */
async function bringBack(
  deps: ReconcileOrderDeps,
  broker: string,
  orderId: string,
): Promise<Reconciled | null> {
  const submission = await deps.histories.readSubmission(orderId);
  if (!submission) return 'FAILED';
  const { instrument } = await readContext(deps, submission);
  if (instrument?.broker !== broker) return null;
  if ((await deps.histories.readStanding(orderId)) === null) return null;
  return (await bringBackOrder(deps, submission)).how;
}

/**
 * An open order without a workflow. One that has ended knew the order as closed: what the broker
 * does not have by then must not be sent to it any more.
 */
async function adopt(
  deps: ReconcileOrderDeps,
  { order }: WorkingOrder,
  atBroker: BrokerOrder | null,
): Promise<Reconciled> {
  if (!atBroker && (await deps.histories.hasCompleted(order.id))) {
    await recordEvent(deps, order.id, {
      event: { execType: 'CANCELED' },
      brokerExecutionId: null,
      occurredAt: new Date(deps.clock()).toISOString(),
      actor: 'system',
      note: { reason: 'its workflow had ended it before the books were restored' },
    });
    return 'ENDED';
  }
  await deps.workflows.restartOrder(resubmissionOf(order));
  return 'STARTED';
}

/** It reads the books when it books what the broker says, and finds what it did not know of. */
async function tell(
  { workflows, seals }: ReconcileOrderDeps,
  orderId: string,
  atBroker: BrokerOrder | null,
): Promise<void> {
  if (!atBroker) return;
  const sealed = atBroker.reports.map((report) => seals.seal(orderId, report));
  await workflows.reportExecutions(orderId, sealed);
}
