import type { Clock } from '../../contracts/clock.ts';
import type { OrderSubmission } from '../../contracts/orders.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { ExecutedSteps } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { AcceptOrder } from './accept-order.ts';
import type { BookReports } from './book-reports.ts';
import { progressOf } from './order-progress.ts';
import type { PlaceOrderAtBroker } from './place-order.ts';
import { readWorking } from './record-event.ts';
import { inStep } from './step-failed.ts';

export interface ExecuteOrderDeps {
  orders: OrderStore;
  acceptOrder: AcceptOrder;
  placeOrder: PlaceOrderAtBroker;
  bookReports: BookReports;
  clock: Clock;
}

export interface ExecuteOptions {
  /** An earlier attempt may have reached the broker. */
  askFirst: boolean;
  /** Its time to go to the venue has come, whatever the clock here says. */
  isReleased: boolean;
}

/**
 * The stretch of an order's life that waits for nobody: accept (normally a read of the decision), place, book what the
 * answer brought. Every step is idempotent, so the whole can be run again from the start, in one piece or step by step.
 * An order whose time to go to the venue lies ahead is accepted only. Throws `StepFailed`.
 */
export function createExecuteOrder({ orders, acceptOrder, placeOrder, bookReports, clock }: ExecuteOrderDeps) {
  return async function executeOrder(submission: OrderSubmission, options: ExecuteOptions): Promise<ExecutedSteps> {
    const working = await inStep('ACCEPT', null, () => decide(submission));
    if (!working) return { accept: 'LAPSED', place: null, booked: [], progress: null };
    const { status, releaseAt, replaces } = working.order;
    if (status === 'REJECTED') return { accept: 'REJECTED', place: null, booked: [], progress: progressOf(working) };
    const waits = releaseAt !== null && !options.isReleased && clock() < Date.parse(releaseAt);
    if (!isOpen(status) || waits) return { accept: 'ACCEPTED', place: null, booked: [], progress: progressOf(working) };

    const before = progressOf(working);
    const askFirst = options.askFirst || status !== 'PENDING_NEW' || replaces !== null;
    const atBroker = await inStep('PLACE', before, () => placeOrder(working, { askFirst }));
    const progress = await inStep('BOOK', before, () => bookReports(working.order.id, atBroker.reports, working));
    const booked = atBroker.reports.filter((report) => report.execType === 'TRADE').map((report) => report.brokerExecutionId);
    return { accept: 'ACCEPTED', place: atBroker.status === 'REJECTED' ? 'REFUSED' : 'ACKNOWLEDGED', booked, progress };
  };

  async function decide(submission: OrderSubmission): Promise<WorkingOrder | null> {
    const decided = await orders.readWorkingOrder(submission.orderId);
    if (decided) return decided;
    const decision = await acceptOrder(submission);
    return decision.outcome === 'LAPSED' ? null : readWorking(orders, submission.orderId);
  }
}
