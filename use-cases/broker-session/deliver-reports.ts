import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ReportSeals, SealedReport } from '../../contracts/broker-session/report-seals.ts';
import type { ExecutionWorkflows } from '../../contracts/executions/execution-workflows.ts';
import { ownOrderId } from '../../contracts/ids.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { transition } from '../../domain/orders/transition.ts';
import { forEachAtOnce } from '../for-each-at-once.ts';
import { eventOf } from '../orders/book-reports.ts';
import { stateOf } from '../orders/plan-order-change.ts';
import { OrderNotCovered, type RestoreOrderDeps, restoreOrder } from '../orders/restore-order.ts';

export interface DeliverReportsDeps extends RestoreOrderDeps {
  workflows: Pick<OrderWorkflows, 'reportExecutions' | 'startOrder'>;
  executions: ExecutionWorkflows;
  seals: ReportSeals;
}

const ORDERS_AT_ONCE = 10;
/** Keeps a signal well below the server's bound of 2 MB. */
const REPORTS_PER_SIGNAL = 500;

/**
 * Gives each report of a broker to the workflow of its order: those of one order in their order,
 * several orders at once. An order that our books have lost is restored first. What finds no
 * workflow and is news gets one of its own, `execution/<broker>/<brokerExecutionId>`. All are sealed: who takes them knows that they are this
 * broker's. Throws when Temporal or the database is away; delivering twice is harmless.
 */
export async function deliverReports(
  deps: DeliverReportsDeps,
  broker: string,
  reports: readonly ExecutionReport[],
): Promise<void> {
  const byOrder = groupByOrder(reports);
  const lost = await restoreUnknown(deps, broker, [...byOrder.keys()]);
  await forEachAtOnce(ORDERS_AT_ONCE, [...byOrder], ([orderId, ofOrder]) =>
    orderId === null || lost.has(orderId)
      ? startExecutions(deps, orderId, seal(deps, orderId, ofOrder), null)
      : deliverToOrder(deps, broker, orderId, ofOrder),
  );
}

/**
 * Orders that our books have lost are restored before anybody is told of them: in the order of the
 * reports, as one may have taken the place of another. Answers with those that could not be.
 */
async function restoreUnknown(
  deps: DeliverReportsDeps,
  broker: string,
  orderIds: readonly (string | null)[],
): Promise<Set<string>> {
  const asked = orderIds.filter((orderId) => orderId !== null);
  const known = asked.length === 0 ? null : await deps.orders.readStatuses(asked);
  const lost = new Set<string>();
  for (const orderId of asked) {
    if (known?.has(orderId)) continue;
    const restored = await restoreOrder(deps, broker, orderId).catch((error: unknown) => {
      if (error instanceof OrderNotCovered) return null;
      throw error;
    });
    if (!restored) lost.add(orderId);
  }
  return lost;
}

async function deliverToOrder(
  deps: DeliverReportsDeps,
  broker: string,
  orderId: string,
  reports: readonly ExecutionReport[],
): Promise<void> {
  const { orders, workflows } = deps;
  for (let start = 0; start < reports.length; start += REPORTS_PER_SIGNAL) {
    const some = seal(deps, orderId, reports.slice(start, start + REPORTS_PER_SIGNAL));
    if ((await workflows.reportExecutions(orderId, some)) === 'DELIVERED') continue;
    const news = await newsOf(deps, broker, orderId, some);
    if (news.length === 0) continue;
    const working = await orders.readWorkingOrder(orderId);
    await startExecutions(deps, orderId, news, working?.order ?? null);
  }
}

const seal = (
  { seals }: DeliverReportsDeps,
  orderId: string | null,
  reports: readonly ExecutionReport[],
): SealedReport[] => reports.map((report) => seals.seal(orderId, report));

async function startExecutions(
  { executions }: DeliverReportsDeps,
  orderId: string | null,
  reports: readonly SealedReport[],
  order: WorkingOrder['order'] | null,
): Promise<void> {
  for (const report of reports) await executions.startExecution(orderId, report, order);
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
