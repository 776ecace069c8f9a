import type { Logger } from 'pino';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ReportSeals, SealedReport } from '../../contracts/broker-session/report-seals.ts';
import type { ExecutionWorkflows } from '../../contracts/executions/execution-workflows.ts';
import { ownOrderId } from '../../contracts/ids.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { transition } from '../../domain/orders/transition.ts';
import { forEachAtOnce } from '../for-each-at-once.ts';
import { eventOf } from '../orders/book-reports.ts';
import { stateOf } from '../orders/plan-order-change.ts';

export interface DeliverReportsDeps {
  orders: Pick<OrderStore, 'findBooked' | 'readWorkingOrder'>;
  workflows: Pick<OrderWorkflows, 'reportExecutions'>;
  executions: ExecutionWorkflows;
  seals: ReportSeals;
  logger: Logger;
}

const ORDERS_AT_ONCE = 10;
/** Keeps a signal well below the server's bound of 2 MB. */
const REPORTS_PER_SIGNAL = 500;

/**
 * Gives each report of a broker to the workflow of its order: those of one order in their order,
 * several orders at once. What finds no workflow and is news gets one of its own,
 * `execution/<broker>/<brokerExecutionId>`. All are sealed: who takes them knows that they are this
 * broker's. Throws when Temporal or the database is away; delivering twice is harmless.
 */
export async function deliverReports(
  deps: DeliverReportsDeps,
  broker: string,
  reports: readonly ExecutionReport[],
): Promise<void> {
  await forEachAtOnce(ORDERS_AT_ONCE, [...groupByOrder(reports)], ([orderId, ofOrder]) =>
    deliverToOrder(deps, broker, orderId, ofOrder),
  );
}

async function deliverToOrder(
  deps: DeliverReportsDeps,
  broker: string,
  orderId: string | null,
  reports: readonly ExecutionReport[],
): Promise<void> {
  const { orders, workflows, executions, seals } = deps;
  for (let start = 0; start < reports.length; start += REPORTS_PER_SIGNAL) {
    const some = reports
      .slice(start, start + REPORTS_PER_SIGNAL)
      .map((report) => seals.seal(orderId, report));
    const delivery =
      orderId === null ? 'NOT_RUNNING' : await workflows.reportExecutions(orderId, some);
    if (delivery === 'DELIVERED') continue;
    const news = orderId === null ? some : await newsOf(deps, broker, orderId, some);
    if (news.length === 0) continue;
    const working = orderId === null ? null : await orders.readWorkingOrder(orderId);
    for (const report of news)
      await executions.startExecution(orderId, report, working?.order ?? null);
  }
}

/** A fill that is not booked, and whatever else changes the order or contradicts it. */
async function newsOf(
  { orders, logger }: DeliverReportsDeps,
  broker: string,
  orderId: string,
  reports: readonly SealedReport[],
): Promise<SealedReport[]> {
  const trades = reports.filter(({ execType }) => execType === 'TRADE');
  const executionIds = trades.map(({ brokerExecutionId }) => brokerExecutionId);
  const booked =
    trades.length === 0 ? new Set<string>() : await orders.findBooked(broker, executionIds);
  const working = trades.length === reports.length ? null : await orders.readWorkingOrder(orderId);
  const stale = reports.filter((report) =>
    report.execType === 'TRADE'
      ? booked.has(report.brokerExecutionId)
      : working !== null && changesNothing(working, report),
  );
  if (stale.length > 0)
    logger.debug(
      { orderId, reports: stale.map(({ sequence }) => sequence) },
      'reports that say nothing new of an order',
    );
  return reports.filter((report) => !stale.includes(report));
}

function changesNothing(working: WorkingOrder, report: ExecutionReport): boolean {
  if (working.order.broker !== report.broker) return false;
  const before = stateOf(working);
  const moved = transition(before, eventOf(report).event);
  return moved.ok && moved.value === before;
}

const groupByOrder = (reports: readonly ExecutionReport[]): Map<string | null, ExecutionReport[]> =>
  Map.groupBy(reports, (report) => ownOrderId(report.brokerClientOrderId));
