import type { Logger } from 'pino';
import { parseBrokerOrderId } from '../../contracts/ids.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { ExecutionWorkflows } from '../../contracts/ports/execution-workflows.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import { transition } from '../../domain/order/transition.ts';
import { forEachAtOnce } from '../for-each-at-once.ts';
import { stateOf } from '../orders/plan-order-change.ts';
import { eventOf } from '../orders/report-event.ts';

export interface DeliverReportsDeps {
  orders: Pick<OrderStore, 'findBooked' | 'readWorkingOrder'>;
  workflows: Pick<OrderWorkflows, 'reportExecutions'>;
  executions: ExecutionWorkflows;
  logger: Logger;
}

const ORDERS_AT_ONCE = 10;
/** Keeps a signal well below the server's bound of 2 MB. */
const REPORTS_PER_SIGNAL = 500;

/**
 * Gives each report to the workflow of its order: those of one order in their order, several orders at once. What finds no workflow and is news
 * gets one of its own, `execution/<brokerExecutionId>`. Throws when Temporal or the database is away; delivering twice is harmless.
 */
export function createDeliverReports({ orders, workflows, executions, logger }: DeliverReportsDeps) {
  return async function deliverReports(reports: readonly ExecutionReport[]): Promise<void> {
    await forEachAtOnce(ORDERS_AT_ONCE, [...groupByOrder(reports)], ([orderId, ofOrder]) => deliverToOrder(orderId, ofOrder));
  };

  async function deliverToOrder(orderId: string | null, reports: readonly ExecutionReport[]): Promise<void> {
    for (let start = 0; start < reports.length; start += REPORTS_PER_SIGNAL) {
      const some = reports.slice(start, start + REPORTS_PER_SIGNAL);
      const delivery = orderId === null ? 'NOT_RUNNING' : await workflows.reportExecutions(orderId, some);
      if (delivery === 'DELIVERED') continue;
      const news = orderId === null ? some : await newsOf(orderId, some);
      for (const report of news) await executions.startExecution(orderId, report);
    }
  }

  /** A fill that is not booked, and whatever else changes the order or contradicts it. */
  async function newsOf(orderId: string, reports: readonly ExecutionReport[]): Promise<ExecutionReport[]> {
    const trades = reports.filter(({ execType }) => execType === 'TRADE');
    const booked = trades.length === 0 ? new Set<string>() : await orders.findBooked(trades.map((trade) => trade.brokerExecutionId));
    const working = trades.length === reports.length ? null : await orders.readWorkingOrder(orderId);
    const isKnown = (report: ExecutionReport): boolean => {
      if (report.execType === 'TRADE') return booked.has(report.brokerExecutionId);
      if (working === null) return false;
      const before = stateOf(working);
      const moved = transition(before, eventOf(report).event);
      return moved.ok && moved.value === before;
    };
    const stale = reports.filter(isKnown);
    if (stale.length > 0)
      logger.debug({ orderId, reports: stale.map(({ sequence }) => sequence) }, 'reports that say nothing new of an order');
    return reports.filter((report) => !stale.includes(report));
  }
}

export type DeliverReports = ReturnType<typeof createDeliverReports>;

const groupByOrder = (reports: readonly ExecutionReport[]): Map<string | null, ExecutionReport[]> =>
  Map.groupBy(reports, (report) => parseBrokerOrderId(report.brokerClientOrderId)?.orderId ?? null);
