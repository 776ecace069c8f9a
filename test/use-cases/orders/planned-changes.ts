import { expect } from 'vitest';
import type { OrderChange, WorkingOrder } from '../../../contracts/orders/order-store.ts';
import { calendarNamed } from '../../../domain/market/choose-calendar.ts';
import { Decimal } from '../../../domain/money/decimal.ts';
import type { ExecutionEvent } from '../../../domain/orders/transition.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { type OrderEvent, planOrderChange } from '../../../use-cases/orders/plan-order-change.ts';
import { contextWith, OPEN, quoteAt, submissionAt, when, workingOf } from './decision-fixtures.ts';

/** That of the instrument in {@link contextWith}. */
export const BROKER = 'second';
export const XNYS = calendarNamed('XNYS');
export const LATER = '2026-11-24T15:30:00.000Z';
export const { order: accepted } = decideSubmission(
  submissionAt(OPEN),
  contextWith(),
  quoteAt(OPEN),
  when(OPEN),
);
const KEY = `order/${accepted.id}`;
export const SHARES = { kind: 'SHARES', price: null, amount: '10', remaining: '10' } as const;

/** BUY 10 AAPL LIMIT 100, as the broker has it, 1,000.00 held; each test changes what it is about. */
export const working = (
  order: Partial<WorkingOrder['order']> = {},
  over: Partial<WorkingOrder> = {},
): WorkingOrder => workingOf({ ...accepted, status: 'NEW', newAt: OPEN, ...order }, over);

export const at = (event: ExecutionEvent, over: Partial<OrderEvent> = {}): OrderEvent => ({
  event,
  brokerExecutionId: null,
  occurredAt: LATER,
  actor: 'broker',
  ...over,
});

export const trade = (quantity: string, price: string): OrderEvent =>
  at(
    { execType: 'TRADE', quantity: new Decimal(quantity), price: new Decimal(price) },
    { broker: BROKER, brokerExecutionId: 'x1' },
  );

export function planned(of: WorkingOrder, happened: OrderEvent): OrderChange {
  const plan = planOrderChange(of, happened, XNYS);
  if (!plan.ok) return expect.fail(plan.error.code);
  return plan.value ?? expect.fail('it changes nothing');
}

export const lines = ({ transfers }: OrderChange) =>
  transfers.map(({ key, debit, credit, amount, asset }) =>
    [key.replace(`${KEY}/`, ''), debit, credit, amount, asset].join(' '),
  );
