import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import {
  type ReportSeals,
  type SealedReport,
  withoutSeal,
} from '../../contracts/broker-session/report-seals.ts';
import {
  type ExecutionOutcome,
  REPORT_UNCONFIRMED,
} from '../../contracts/executions/execution-workflows.ts';
import { ownOrderId } from '../../contracts/ids.ts';
import { resubmissionOf } from '../../contracts/orders/order.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OperatorRequest, OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { bookReports } from '../orders/book-reports.ts';
import { IllegalOrderEvent } from '../orders/record-event.ts';
import { type RestoreOrderDeps, restoreOrder } from '../orders/restore-order.ts';
import { type ConfirmClaimsDeps, confirmClaims } from './confirm-claims.ts';
import { breakOf, impossibleReport, raiseBreak } from './raise-break.ts';

export type BookLateExecutionDeps = RestoreOrderDeps & ConfirmClaimsDeps & { seals: ReportSeals };

/**
 * The broker fills a replacement before we have its word that the replacement took place: that word
 * comes first.
 */
export class ReplacementPending extends Error {
  override readonly name = 'ReplacementPending';
}

/**
 * Somebody started the workflow with a report that neither our session has sealed nor the broker
 * knows.
 */
export class ReportUnconfirmed extends Error {
  override readonly name = REPORT_UNCONFIRMED;
}

/**
 * Books a report that found no workflow of its order, once, however often it runs. A fill of an
 * order that had closed before is booked and raised as a break; an open order gets its workflow
 * back; one that our books have lost is restored; what cannot be true, and what concerns no order
 * of ours, is a break alone. `operator`: who
 * asked for this attempt, kept with a break. Without our session's seal it is a claim: the broker
 * is asked, and what it does not confirm is a {@link ReportUnconfirmed}. Throws
 * `DATABASE_UNAVAILABLE`, `TEMPORAL_UNAVAILABLE`, `OrderNotCovered`, {@link ReplacementPending},
 * what the broker throws, and the database's
 * own error when a fill breaks one of its constraints.
 */
export async function bookLateExecution(
  deps: BookLateExecutionDeps,
  orderId: string | null,
  sent: SealedReport,
  operator: OperatorRequest | null,
): Promise<ExecutionOutcome> {
  const report = deps.seals.isIntact(orderId, sent)
    ? withoutSeal(sent)
    : await confirm(deps, orderId, withoutSeal(sent));
  const working =
    orderId === null
      ? null
      : ((await deps.orders.readWorkingOrder(orderId)) ??
        (await restoreOrder(deps, report.broker, orderId)));
  if (orderId === null || working === null) {
    await raiseBreak(
      deps,
      breakOf('UNKNOWN_ORDER', orderId, report, await tellOf(deps, orderId, report)),
    );
    return 'UNKNOWN_ORDER';
  }
  await assertInPlace(deps, working);
  const progress = await bookUnlessImpossible(deps, orderId, report);
  if (progress === null) return 'IMPOSSIBLE_REPORT';
  if (isOpen(progress.status)) await deps.workflows.startOrder(resubmissionOf(working.order));
  if (report.execType !== 'TRADE') return 'BOOKED';
  const orderStatus =
    report.broker === working.order.broker
      ? await deps.orders.statusBefore(orderId, report.brokerExecutionId)
      : null;
  if (orderStatus === null) {
    await raiseBreak(deps, impossibleReport(orderId, report, 'it was not booked for this order'));
    return 'IMPOSSIBLE_REPORT';
  }
  if (isOpen(orderStatus)) return 'BOOKED';
  const facts = {
    orderStatus,
    ...(operator && { retriedBy: operator.operator, retryReason: operator.reason }),
  };
  await raiseBreak(deps, breakOf('LATE_FILL', orderId, report, facts));
  return 'LATE_FILL';
}

/** For the person who finds out whose it is: the order as the broker has it, and who sent it. */
async function tellOf(
  { brokers, histories }: BookLateExecutionDeps,
  orderId: string | null,
  { broker, brokerClientOrderId }: ExecutionReport,
): Promise<Record<string, unknown>> {
  const found = await brokers.of(broker).getOrder(brokerClientOrderId);
  const submission = orderId === null ? null : await histories.readSubmission(orderId);
  const { reports: _, ...order } = found ?? { reports: [] };
  return { ...(found && { order }), ...(submission && { accountId: submission.accountId }) };
}

async function confirm(
  deps: BookLateExecutionDeps,
  orderId: string | null,
  claim: ExecutionReport,
): Promise<ExecutionReport> {
  const { broker, brokerClientOrderId } = claim;
  const isOfOrder = ownOrderId(brokerClientOrderId) === orderId;
  const atBroker = isOfOrder ? await deps.brokers.of(broker).getOrder(brokerClientOrderId) : null;
  const [report] = confirmClaims(deps, orderId, [claim], atBroker?.reports ?? []);
  if (!report)
    throw new ReportUnconfirmed(`the broker knows nothing of ${claim.brokerExecutionId}`);
  return report;
}

async function assertInPlace(
  { orders }: BookLateExecutionDeps,
  { order }: WorkingOrder,
): Promise<void> {
  if (order.replaces === null || order.status !== 'PENDING_NEW') return;
  const original = await orders.readWorkingOrder(order.replaces);
  if (original && isOpen(original.order.status))
    throw new ReplacementPending(`order ${order.id} has not taken its original's place yet`);
}

async function bookUnlessImpossible(
  deps: BookLateExecutionDeps,
  orderId: string,
  report: ExecutionReport,
): Promise<OrderProgress | null> {
  try {
    return await bookReports(deps, orderId, [report]);
  } catch (error) {
    if (!(error instanceof IllegalOrderEvent)) throw error;
    await raiseBreak(deps, impossibleReport(orderId, report, error.message));
    return null;
  }
}
