import type { OrderSubmission } from '../../contracts/orders.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { ExecutedSteps } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { AcceptOrder } from './accept-order.ts';
import type { BookReports } from './book-reports.ts';
import { progressOf } from './order-progress.ts';
import type { PlaceOrderAtBroker } from './place-order.ts';
import { readWorking } from './record-event.ts';

export interface ExecuteOrderDeps {
  orders: OrderStore;
  acceptOrder: AcceptOrder;
  placeOrder: PlaceOrderAtBroker;
  bookReports: BookReports;
}

export interface ExecuteOptions {
  /** An earlier attempt may have reached the broker. */
  askFirst: boolean;
}

/**
 * The stretch of an order's life that waits for nobody: accept (normally a read of the decision), place, book what the
 * answer brought. Every step is idempotent, so the whole can be run again from the start, in one piece or step by step.
 */
export function createExecuteOrder({ orders, acceptOrder, placeOrder, bookReports }: ExecuteOrderDeps) {
  return async function executeOrder(submission: OrderSubmission, options: ExecuteOptions): Promise<ExecutedSteps> {
    const working = await decide(submission);
    if (!working) return { accept: 'LAPSED', place: null, booked: [], progress: null };
    if (working.order.status === 'REJECTED') return { accept: 'REJECTED', place: null, booked: [], progress: progressOf(working) };
    if (!isOpen(working.order.status)) return { accept: 'ACCEPTED', place: null, booked: [], progress: progressOf(working) };

    const askFirst = options.askFirst || working.order.status !== 'PENDING_NEW';
    const atBroker = await placeOrder(working, { askFirst });
    const progress = await bookReports(working.order.id, atBroker.reports, working);
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

export type ExecuteOrder = ReturnType<typeof createExecuteOrder>;
