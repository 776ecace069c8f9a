import { expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { OrderStatus } from '../../../domain/orders/order.ts';
import { findUnbooked } from '../../../use-cases/broker-session/answered-reports.ts';
import { ORDER, OTHER_ORDER, reportOf } from './reports.ts';

const ended = (
  sequence: number,
  execType: ExecutionReport['execType'],
  orderId: string,
): ExecutionReport => reportOf(sequence, { execType, brokerClientOrderId: orderId });

/**
 * Which of the reports are news where `x1` is booked and {@link ORDER} is open, and what the
 * database was asked.
 */
async function newsAmong(reports: readonly ExecutionReport[]) {
  const asked: string[][] = [];
  const orders = {
    findBooked: async (broker: string, ids: readonly string[]) => {
      expect(broker).toBe('venue');
      asked.push([...ids]);
      return new Set(['x1']);
    },
    readStatuses: async (ids: readonly string[]) => {
      asked.push([...ids]);
      return new Map<string, OrderStatus>([
        [ORDER, 'NEW'],
        [OTHER_ORDER, 'CANCELED'],
      ]);
    },
  };
  const found = await findUnbooked({ orders }, 'venue', reports);
  return { news: found.map(({ sequence }) => sequence), asked };
}

it('finds the fills that are not booked', async () => {
  expect(await newsAmong([reportOf(1), reportOf(2)])).toEqual({ news: [2], asked: [['x1', 'x2']] });
});

it.each(['CANCELED', 'EXPIRED', 'REJECTED', 'REPLACED'] as const)(
  'finds that an order which is open here was %s',
  async (execType) => {
    const { news, asked } = await newsAmong([
      ended(1, execType, ORDER),
      ended(2, execType, OTHER_ORDER),
    ]);
    expect(news).toEqual([1]);
    expect(asked).toEqual([[ORDER, OTHER_ORDER]]);
  },
);

it('keeps the order of the reports', async () => {
  expect(
    (await newsAmong([ended(3, 'CANCELED', ORDER), reportOf(4), ended(5, 'CANCELED', ORDER)])).news,
  ).toEqual([3, 4, 5]);
});

it('finds all that is said of an order that is not here, an acknowledgement too', async () => {
  const LOST = '7403b9a7-6d97-5966-b70f-000000000001';
  const { news } = await newsAmong([
    ended(1, 'NEW', LOST),
    ended(2, 'NEW', ORDER),
    ended(3, 'CANCELED', LOST),
  ]);
  expect(news).toEqual([1, 3]);
});

it('leaves acknowledgements out, and what concerns no order of ours', async () => {
  expect(await newsAmong([ended(1, 'NEW', ORDER)])).toEqual({ news: [], asked: [[ORDER]] });
  expect(
    (await newsAmong([reportOf(2, { execType: 'CANCELED', brokerClientOrderId: 'strange' })])).news,
  ).toEqual([]);
});
