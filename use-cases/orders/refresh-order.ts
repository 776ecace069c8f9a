import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import {
  type ReportSeals,
  type SealedReport,
  withoutSeal,
} from '../../contracts/broker-session/report-seals.ts';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { type ConfirmClaimsDeps, confirmClaims } from '../executions/confirm-claims.ts';
import { type BookReportsDeps, bookReports } from './book-reports.ts';
import { progressOf, readWorking } from './order-progress.ts';

export type BookSignaledReportsDeps = BookReportsDeps & ConfirmClaimsDeps & { seals: ReportSeals };

/**
 * The safety net under the execution reports: asks the broker how the order stands and books what
 * was missed.
 */
export async function refreshOrder(deps: BookReportsDeps, orderId: string): Promise<OrderProgress> {
  return (await askBroker(deps, orderId)).progress;
}

/**
 * Books reports that reached the order's workflow by a signal, which anybody may have sent who can
 * reach Temporal. What our own session sealed is believed; anything else is a claim: the broker is
 * asked how the order stands, and only what it says is booked. Throws what the broker and the books
 * throw, and has then booked what was sealed.
 */
export async function bookSignaledReports(
  deps: BookSignaledReportsDeps,
  orderId: string,
  reports: readonly SealedReport[],
): Promise<OrderProgress> {
  const sealed = reports.filter((report) => deps.seals.isIntact(orderId, report));
  const claims = reports.filter((report) => !sealed.includes(report));
  if (claims.length === 0) return bookReports(deps, orderId, sealed.map(withoutSeal));
  if (sealed.length > 0) await bookReports(deps, orderId, sealed.map(withoutSeal));
  const { told, progress } = await askBroker(deps, orderId);
  confirmClaims(deps, orderId, claims, told);
  return progress;
}

/** All that the broker tells of the order, and where it stands once that is booked. */
async function askBroker(
  deps: BookReportsDeps,
  orderId: string,
): Promise<{ told: readonly ExecutionReport[]; progress: OrderProgress }> {
  const working = await readWorking(deps, orderId);
  const atBroker = await deps.brokers.of(working.order.broker).getOrder(orderId);
  if (!atBroker) return { told: [], progress: progressOf(working) };
  const { reports } = atBroker;
  return { told: reports, progress: await bookReports(deps, orderId, reports, working) };
}
