import type { Brokers, ExecutionReport } from '../../contracts/broker-session/broker.ts';
import { ownOrderId } from '../../contracts/ids.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import type { ExecutionEvent } from '../../domain/orders/transition.ts';
import { impossibleReport, type RaiseBreakDeps, raiseBreak } from '../executions/raise-break.ts';
import { type ConfirmReplacementDeps, confirmReplacement } from './confirm-replacement.ts';
import { progressOf, readWorking } from './order-progress.ts';
import type { OrderEvent } from './plan-order-change.ts';
import { IllegalOrderEvent, type RecordEventDeps, recordEvent } from './record-event.ts';

export interface BookReportsDeps extends RecordEventDeps, ConfirmReplacementDeps, RaiseBreakDeps {
  brokers: Brokers;
}

/**
 * From so many fills on it is asked first which are booked: an answer of the broker tells all of an
 * order, thousands even, for one that is news.
 */
const FILLS_LOOKED_UP_FROM = 20;

/**
 * Books what the broker reported, in its order; each execution once, in one transaction. Reports
 * that were booked before change nothing. An acknowledgement that a trigger or a fill follows is
 * not written apart: they say it too. An end that counts more fills than are booked here has
 * overtaken them: then the broker is asked for all. What cannot have happened raises a break and is
 * passed over. `known`: the order, when it was read just now.
 */
export async function bookReports(
  deps: BookReportsDeps,
  orderId: string,
  reports: readonly ExecutionReport[],
  known?: WorkingOrder,
): Promise<OrderProgress> {
  let current = known;
  let progress: OrderProgress | null = null;
  for (const report of await withoutBooked(deps, newsOf(reports))) {
    if (endsOrder(report)) {
      const { filledQuantity } = progress ?? (current ?? (await readWorking(deps, orderId))).order;
      if (new Decimal(report.cumulativeQuantity).gt(filledQuantity)) {
        await bookMissedFills(deps, orderId, report);
        current = undefined;
      }
    }
    progress = await bookOne(deps, orderId, report, current);
    current = undefined;
  }
  if (progress) return progress;
  return progressOf(known && reports.length === 0 ? known : await readWorking(deps, orderId));
}

async function bookMissedFills(
  deps: BookReportsDeps,
  orderId: string,
  end: ExecutionReport,
): Promise<void> {
  const whole = await deps.brokers.of(end.broker).getOrder(end.brokerClientOrderId);
  const fills = newsOf(whole?.reports ?? []).filter(isFill);
  for (const missed of await withoutBooked(deps, fills)) await bookOne(deps, orderId, missed);
}

async function withoutBooked(
  { orders }: BookReportsDeps,
  reports: readonly ExecutionReport[],
): Promise<readonly ExecutionReport[]> {
  const fills = reports.filter(isFill);
  const [first] = fills;
  if (first === undefined || fills.length < FILLS_LOOKED_UP_FROM) return reports;
  const isOfBroker = ({ broker }: ExecutionReport): boolean => broker === first.broker;
  const executionIds = fills.filter(isOfBroker).map((fill) => fill.brokerExecutionId);
  const booked = await orders.findBooked(first.broker, executionIds);
  return reports.filter((report) => !isOfBroker(report) || !booked.has(report.brokerExecutionId));
}

async function bookOne(
  deps: BookReportsDeps,
  orderId: string,
  report: ExecutionReport,
  known?: WorkingOrder,
): Promise<OrderProgress> {
  if (ownOrderId(report.brokerClientOrderId) !== orderId) {
    const reason = `It tells of ${report.brokerClientOrderId}, not of order ${orderId}`;
    return passOver(deps, orderId, report, reason);
  }
  try {
    return report.execType === 'REPLACED'
      ? await confirmReplacement(deps, orderId, report)
      : await recordEvent(deps, orderId, eventOf(report), known);
  } catch (error) {
    if (!(error instanceof IllegalOrderEvent)) throw error;
    return passOver(deps, orderId, report, error.message);
  }
}

async function passOver(
  deps: BookReportsDeps,
  orderId: string,
  report: ExecutionReport,
  reason: string,
): Promise<OrderProgress> {
  await raiseBreak(deps, impossibleReport(orderId, report, reason));
  return progressOf(await readWorking(deps, orderId));
}

const newsOf = (reports: readonly ExecutionReport[]): ExecutionReport[] => {
  const inOrder = [...reports].sort((a, b) => a.sequence - b.sequence);
  const saysMore = inOrder.some((report) => isFill(report) || report.execType === 'TRIGGERED');
  return inOrder.filter(({ execType }) => !(saysMore && execType === 'NEW'));
};

const isFill = ({ execType }: ExecutionReport): boolean => execType === 'TRADE';

const endsOrder = ({ execType }: ExecutionReport): boolean =>
  execType === 'CANCELED' || execType === 'EXPIRED' || execType === 'REPLACED';

/** A broker's report as the event it is for us. */
export function eventOf(report: ExecutionReport): OrderEvent {
  return {
    event: executionEventOf(report),
    broker: report.broker,
    brokerExecutionId: report.brokerExecutionId,
    occurredAt: report.time,
    actor: 'broker',
    ...(report.trigger && { trigger: report.trigger }),
    ...(report.execType === 'REJECTED' && {
      rejectCode: 'BROKER_REJECTED' as const,
      rejectFacts: { brokerCode: report.rejectCode ?? 'UNSPECIFIED' },
    }),
  };
}

function executionEventOf(report: ExecutionReport): ExecutionEvent {
  switch (report.execType) {
    case 'TRADE':
      if (report.lastQuantity === null || report.lastPrice === null)
        throw new RangeError('A TRADE report has a quantity and a price');
      return {
        execType: 'TRADE',
        quantity: new Decimal(report.lastQuantity),
        price: new Decimal(report.lastPrice),
      };
    case 'NEW':
    case 'TRIGGERED':
    case 'CANCELED':
    case 'REJECTED':
    case 'EXPIRED':
    case 'REPLACED':
      return { execType: report.execType };
    default:
      return assertNever(report.execType);
  }
}
