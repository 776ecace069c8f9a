import { resubmissionOf } from '../../contracts/orders.ts';
import type { BreakKind, BreakReport } from '../../contracts/ports/breaks.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { ExecutionOutcome } from '../../contracts/ports/execution-workflows.ts';
import type { FillTrail } from '../../contracts/ports/fill-trail.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import type { OperatorRequest, OrderProgress } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { BookReports } from '../orders/book-reports.ts';
import { IllegalOrderEvent } from '../orders/record-event.ts';
import { impossibleReport, type RaiseBreak } from './raise-break.ts';

export interface BookLateExecutionDeps {
  orders: Pick<OrderStore, 'readWorkingOrder'>;
  fills: FillTrail;
  workflows: Pick<OrderWorkflows, 'startOrder'>;
  bookReports: BookReports;
  raiseBreak: RaiseBreak;
}

/** The venue fills a replacement before we have its word that the replacement took place: that word comes first. */
export class ReplacementPending extends Error {
  override readonly name = 'ReplacementPending';
}

/**
 * Books a report that found no workflow of its order, once, however often it runs. A fill of an order that had closed before is booked and raised as
 * a break; an open order gets its workflow back; what cannot be true, and what concerns no order of ours, is a break alone. `operator`: who asked for this attempt, kept with a break.
 * Throws `DATABASE_UNAVAILABLE`, `TEMPORAL_UNAVAILABLE`, {@link ReplacementPending}, and the database's own error when a fill breaks one of its constraints.
 */
export function createBookLateExecution({ orders, fills, workflows, bookReports, raiseBreak }: BookLateExecutionDeps) {
  return async function bookLateExecution(
    orderId: string | null,
    report: ExecutionReport,
    operator: OperatorRequest | null,
  ): Promise<ExecutionOutcome> {
    const working = orderId === null ? null : await orders.readWorkingOrder(orderId);
    if (orderId === null || working === null) {
      await raiseBreak(breakOf('UNKNOWN_ORDER', `unknown-order/${report.brokerExecutionId}`, orderId, report));
      return 'UNKNOWN_ORDER';
    }
    await assertInPlace(working);
    const progress = await bookUnlessImpossible(orderId, report);
    if (progress === null) return 'IMPOSSIBLE_REPORT';
    if (isOpen(progress.status)) await workflows.startOrder(resubmissionOf(working.order));
    if (report.execType !== 'TRADE') return 'BOOKED';
    const orderStatus = await fills.statusBefore(orderId, report.brokerExecutionId);
    if (orderStatus === null) return raiseImpossible(orderId, report, 'it was not booked for this order');
    if (isOpen(orderStatus)) return 'BOOKED';
    const facts = { orderStatus, ...(operator && { retriedBy: operator.operator, retryReason: operator.reason }) };
    await raiseBreak(breakOf('LATE_FILL', `late-fill/${report.brokerExecutionId}`, orderId, report, facts));
    return 'LATE_FILL';
  };

  async function assertInPlace({ order }: WorkingOrder): Promise<void> {
    if (order.replaces === null || order.status !== 'PENDING_NEW') return;
    const original = await orders.readWorkingOrder(order.replaces);
    if (original && isOpen(original.order.status)) throw new ReplacementPending(`order ${order.id} has not taken its original's place yet`);
  }

  async function bookUnlessImpossible(orderId: string, report: ExecutionReport): Promise<OrderProgress | null> {
    try {
      return await bookReports(orderId, [report]);
    } catch (error) {
      if (!(error instanceof IllegalOrderEvent)) throw error;
      await raiseImpossible(orderId, report, error.message);
      return null;
    }
  }

  async function raiseImpossible(orderId: string, report: ExecutionReport, reason: string): Promise<'IMPOSSIBLE_REPORT'> {
    await raiseBreak(impossibleReport(orderId, report, reason));
    return 'IMPOSSIBLE_REPORT';
  }
}

export type BookLateExecution = ReturnType<typeof createBookLateExecution>;

const breakOf = (
  kind: BreakKind,
  key: string,
  orderId: string | null,
  report: ExecutionReport,
  facts: Record<string, unknown> = {},
): BreakReport => ({ key, kind, orderId, brokerExecutionId: report.brokerExecutionId, details: { ...facts, report } });
