import { expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/ports/broker.ts';
import type { WorkingOrder } from '../../../contracts/ports/order-store.ts';
import { createBookReports } from '../../../use-cases/orders/book-reports.ts';
import { progressOf } from '../../support/order-workflow-rig.ts';

const ORDER_ID = '019e0000-0000-7000-8000-000000000001';

const report = (sequence: number, over: Partial<ExecutionReport> = {}): ExecutionReport => ({
  sequence,
  brokerExecutionId: `x${sequence}`,
  brokerClientOrderId: `${ORDER_ID}.1`,
  execType: 'TRADE',
  orderStatus: 'PARTIALLY_FILLED',
  lastQuantity: '1',
  lastPrice: '199.99',
  cumulativeQuantity: String(sequence),
  leavesQuantity: '1',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: true,
  ...over,
});

const workingOrder = (filled: number) =>
  ({ order: { id: ORDER_ID, quantity: '3000', filledQuantity: String(filled) }, filledNotional: '0' }) as WorkingOrder;

/** Over books in which the fills up to `bookedUpTo` are booked; tells what was written and how often was looked up. */
function bookOver(bookedUpTo: number) {
  const written: (string | null)[] = [];
  let lookUps = 0;
  const filled = () => bookedUpTo + written.length;
  const bookReports = createBookReports({
    orders: {
      findBooked: async (ids: readonly string[]) => {
        lookUps += 1;
        return new Set(ids.filter((id) => Number(id.slice(1)) <= bookedUpTo));
      },
      readWorkingOrder: async () => workingOrder(filled()),
    } as never,
    broker: {} as never,
    recordEvent: async (_orderId, { brokerExecutionId }) => {
      written.push(brokerExecutionId);
      return progressOf({ filledQuantity: String(filled()) });
    },
    takeOver: {} as never,
    raiseBreak: async () => true,
  });
  return { bookReports, written, lookUps: () => lookUps };
}

it('writes of an answer with thousands of fills those alone that are news', async () => {
  const { bookReports, written, lookUps } = bookOver(2_998);
  const all = Array.from({ length: 3_000 }, (_, index) => report(index + 1));
  const end = report(3_001, { execType: 'CANCELED', cumulativeQuantity: '3000' });
  await bookReports(ORDER_ID, [...all, end]);
  expect(written).toEqual(['x2999', 'x3000', 'x3001']);
  expect(lookUps()).toBe(1);
});

it('spares the question for the few fills of one answer: most orders have one', async () => {
  const { bookReports, written, lookUps } = bookOver(0);
  await bookReports(ORDER_ID, [report(1)]);
  expect(written).toEqual(['x1']);
  expect(lookUps()).toBe(0);
});

it('reads where the order stands when all that was told is booked', async () => {
  const { bookReports, written } = bookOver(100);
  const known = workingOrder(0);
  const told = Array.from({ length: 100 }, (_, index) => report(index + 1));
  expect(await bookReports(ORDER_ID, told, known)).toMatchObject({ filledQuantity: '100' });
  expect(written).toEqual([]);
});
