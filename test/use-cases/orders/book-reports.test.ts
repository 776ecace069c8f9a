import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Brokers, ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { OrderStore, WorkingOrder } from '../../../contracts/orders/order-store.ts';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { Decimal, formatCash, formatDecimal } from '../../../domain/money/decimal.ts';
import { type BookReportsDeps, bookReports } from '../../../use-cases/orders/book-reports.ts';
import { orderOf } from '../../api/stub-use-cases.ts';
import { workingOf } from './decision-fixtures.ts';

const ORDER_ID = '019e0000-0000-7000-8000-000000000001';
const PRICE = new Decimal('199.99');

const report = (sequence: number, over: Partial<ExecutionReport> = {}): ExecutionReport => ({
  sequence,
  broker: 'paper-broker',
  brokerExecutionId: `x${sequence}`,
  brokerClientOrderId: ORDER_ID,
  execType: 'TRADE',
  lastQuantity: '1',
  lastPrice: '199.99',
  cumulativeQuantity: String(sequence),
  leavesQuantity: '1',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: true,
  ...over,
});

/** One share more than is ever filled here: the order is open until it is canceled. */
const QUANTITY = 3_001;

const workingOrder = (filled: number): WorkingOrder =>
  workingOf(
    orderOf({
      id: ORDER_ID,
      status: filled === 0 ? 'PENDING_NEW' : 'PARTIALLY_FILLED',
      quantity: String(QUANTITY),
      filledQuantity: String(filled),
      newAt: null,
      triggeredAt: null,
    }),
    {
      filledNotional: formatDecimal(PRICE.times(filled)),
      filledCash: formatCash(PRICE.times(filled)),
      hold: {
        kind: 'CASH',
        price: '200',
        amount: formatCash(new Decimal(200).times(QUANTITY)),
        remaining: formatCash(new Decimal(200).times(QUANTITY).minus(PRICE.times(filled))),
      },
    },
  );

/**
 * Over books in which the fills up to `bookedUpTo` are booked; tells what was written and how often
 * was looked up.
 */
function bookOver(bookedUpTo: number) {
  const written: unknown[] = [];
  let lookUps = 0;
  const filled = () => bookedUpTo + written.length;
  const orders: Partial<OrderStore> = {
    findBooked: async (_broker, ids) => {
      lookUps += 1;
      return new Set(ids.filter((id) => Number(id.slice(1)) <= bookedUpTo));
    },
    readWorkingOrder: async () => workingOrder(filled()),
    writeOrderChange: async ({ audit }) => {
      written.push(audit.details.brokerExecutionId);
      return 'WRITTEN';
    },
  };
  const deps: BookReportsDeps = {
    orders: orders as OrderStore,
    brokers: {} as Brokers,
    workflows: { startOrder: async () => {} },
    breaks: {
      raiseBreak: async ({ details }) => {
        throw new Error(JSON.stringify(details));
      },
    },
    observer: { breakRaised: () => {} },
    calendar: alwaysOpenCalendar,
    logger: pino({ enabled: false }),
  };
  const book = (reports: ExecutionReport[], known?: WorkingOrder) =>
    bookReports(deps, ORDER_ID, reports, known);
  return { book, written, lookUps: () => lookUps };
}

it('writes of an answer with thousands of fills those alone that are news', async () => {
  const { book, written, lookUps } = bookOver(2_998);
  const all = Array.from({ length: 3_000 }, (_, index) => report(index + 1));
  const end = report(3_001, {
    ...{ execType: 'CANCELED', lastQuantity: null, lastPrice: null },
    cumulativeQuantity: '3000',
  });
  await book([...all, end]);
  expect(written).toEqual(['x2999', 'x3000', 'x3001']);
  expect(lookUps()).toBe(1);
});

it('spares the question for the few fills of one answer: most orders have one', async () => {
  const { book, written, lookUps } = bookOver(0);
  await book([report(1)]);
  expect(written).toEqual(['x1']);
  expect(lookUps()).toBe(0);
});

it('reads where the order stands when all that was told is booked', async () => {
  const { book, written } = bookOver(100);
  const known = workingOrder(0);
  const told = Array.from({ length: 100 }, (_, index) => report(index + 1));
  expect(await book(told, known)).toMatchObject({ filledQuantity: '100' });
  expect(written).toEqual([]);
});

it('does not write an acknowledgement apart that a trigger follows', async () => {
  const { book, written } = bookOver(0);
  const untraded = { lastQuantity: null, lastPrice: null, cumulativeQuantity: '0' } as const;
  const trigger = { stopPrice: '200', waterMark: null };
  await book([
    report(1, { execType: 'NEW', ...untraded }),
    report(2, { execType: 'TRIGGERED', ...untraded, trigger }),
  ]);
  expect(written).toEqual(['x2']);
});
