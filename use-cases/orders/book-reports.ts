import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import type { ExecutionEvent } from '../../domain/order/transition.ts';
import { progressOf } from './order-progress.ts';
import type { OrderEvent } from './plan-order-change.ts';
import { type RecordEvent, readWorking } from './record-event.ts';

/**
 * Books what the venue reported, in its order; each execution once, in one transaction. Reports that were booked before change nothing.
 * An acknowledgement that a fill follows is not written apart: the fill says it too.
 */
export function createBookReports({ orders, recordEvent }: { orders: OrderStore; recordEvent: RecordEvent }) {
  return async function bookReports(orderId: string, reports: readonly ExecutionReport[], known?: WorkingOrder): Promise<OrderProgress> {
    const inOrder = [...reports].sort((a, b) => a.sequence - b.sequence);
    const isFilled = inOrder.some((report) => report.execType === 'TRADE');
    const toBook = inOrder.filter((report) => !(isFilled && report.execType === 'NEW'));
    let current = known;
    let progress: OrderProgress | null = null;
    for (const report of toBook) {
      progress = await recordEvent(orderId, eventOf(report), current);
      current = undefined;
    }
    return progress ?? progressOf(known ?? (await readWorking(orders, orderId)));
  };
}

export type BookReports = ReturnType<typeof createBookReports>;

export function eventOf(report: ExecutionReport): OrderEvent {
  return {
    event: executionEventOf(report),
    brokerExecutionId: report.brokerExecutionId,
    occurredAt: report.time,
    actor: 'broker',
    ...(report.execType === 'REJECTED' && {
      rejectCode: 'BROKER_REJECTED' as const,
      rejectFacts: { brokerCode: report.rejectCode ?? 'UNSPECIFIED' },
    }),
  };
}

function executionEventOf(report: ExecutionReport): ExecutionEvent {
  switch (report.execType) {
    case 'TRADE':
      if (report.lastQuantity === null || report.lastPrice === null) throw new RangeError('A TRADE report has a quantity and a price');
      return { execType: 'TRADE', quantity: new Decimal(report.lastQuantity), price: new Decimal(report.lastPrice) };
    case 'NEW':
    case 'CANCELED':
    case 'REJECTED':
    case 'EXPIRED':
      return { execType: report.execType };
    default:
      return assertNever(report.execType);
  }
}
