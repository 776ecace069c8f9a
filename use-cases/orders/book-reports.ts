import { parseBrokerOrderId } from '../../contracts/ids.ts';
import type { Broker, ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { impossibleReport, type RaiseBreak } from '../executions/raise-break.ts';
import { progressOf } from './order-progress.ts';
import { IllegalOrderEvent, type RecordEvent, readWorking } from './record-event.ts';
import { eventOf } from './report-event.ts';
import type { TakeOver } from './take-over.ts';

export interface BookReportsDeps {
  orders: OrderStore;
  broker: Broker;
  recordEvent: RecordEvent;
  takeOver: TakeOver;
  raiseBreak: RaiseBreak;
}

/** From so many fills on it is asked first which are booked: an answer of the venue tells all of an order, thousands even, for one that is news. */
const FILLS_LOOKED_UP_FROM = 20;

/**
 * Books what the venue reported, in its order; each execution once, in one transaction. Reports that were booked before change nothing.
 * An acknowledgement that a fill follows is not written apart: the fill says it too. An end that counts more fills than are booked
 * here has overtaken them: then the venue is asked for all. What cannot have happened raises a break and is passed over.
 */
export function createBookReports({ orders, broker, recordEvent, takeOver, raiseBreak }: BookReportsDeps) {
  return async function bookReports(orderId: string, reports: readonly ExecutionReport[], known?: WorkingOrder): Promise<OrderProgress> {
    let current = known;
    let progress: OrderProgress | null = null;
    for (const report of await withoutBooked(newsOf(reports))) {
      if (endsOrder(report) && (await isAheadOfFills(orderId, report, progress, current))) {
        const whole = await broker.getOrder(report.brokerClientOrderId);
        const trades = newsOf(whole?.reports ?? []).filter(({ execType }) => execType === 'TRADE');
        for (const missed of await withoutBooked(trades)) await book(orderId, missed);
        current = undefined;
      }
      progress = await book(orderId, report, current);
      current = undefined;
    }
    if (progress) return progress;
    return progressOf(known && reports.length === 0 ? known : await readWorking(orders, orderId));
  };

  async function withoutBooked(reports: readonly ExecutionReport[]): Promise<readonly ExecutionReport[]> {
    const fills = reports.filter(({ execType }) => execType === 'TRADE');
    if (fills.length < FILLS_LOOKED_UP_FROM) return reports;
    const booked = await orders.findBooked(fills.map(({ brokerExecutionId }) => brokerExecutionId));
    return reports.filter(({ brokerExecutionId }) => !booked.has(brokerExecutionId));
  }

  async function book(orderId: string, report: ExecutionReport, known?: WorkingOrder): Promise<OrderProgress> {
    if (parseBrokerOrderId(report.brokerClientOrderId)?.orderId !== orderId) {
      return passOver(orderId, report, `It tells of ${report.brokerClientOrderId}, not of order ${orderId}`);
    }
    try {
      return report.execType === 'REPLACED' ? await takeOver(orderId, report) : await recordEvent(orderId, eventOf(report), known);
    } catch (error) {
      if (!(error instanceof IllegalOrderEvent)) throw error;
      return passOver(orderId, report, error.message);
    }
  }

  async function passOver(orderId: string, report: ExecutionReport, reason: string): Promise<OrderProgress> {
    await raiseBreak(impossibleReport(orderId, report, reason));
    return progressOf(await readWorking(orders, orderId));
  }

  async function isAheadOfFills(
    orderId: string,
    report: ExecutionReport,
    progress: OrderProgress | null,
    known: WorkingOrder | undefined,
  ): Promise<boolean> {
    const filled = progress?.filledQuantity ?? (known ?? (await readWorking(orders, orderId))).order.filledQuantity;
    return new Decimal(report.cumulativeQuantity).gt(filled);
  }
}

export type BookReports = ReturnType<typeof createBookReports>;

const newsOf = (reports: readonly ExecutionReport[]): ExecutionReport[] => {
  const inOrder = [...reports].sort((a, b) => a.sequence - b.sequence);
  const isFilled = inOrder.some(({ execType }) => execType === 'TRADE');
  return inOrder.filter(({ execType }) => !(isFilled && execType === 'NEW'));
};

const endsOrder = ({ execType }: ExecutionReport): boolean => execType === 'CANCELED' || execType === 'EXPIRED' || execType === 'REPLACED';
