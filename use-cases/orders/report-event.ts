import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import type { ExecutionEvent } from '../../domain/order/transition.ts';
import type { OrderEvent } from './plan-order-change.ts';

/** A venue's report as the event it is for us. */
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
    case 'REPLACED':
      return { execType: report.execType };
    default:
      return assertNever(report.execType);
  }
}
