import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import {
  type Broker,
  BrokerCircuitOpen,
  type Brokers,
  type StopStanding,
} from '../../../contracts/broker-session/broker.ts';
import type { Order } from '../../../contracts/orders/order.ts';
import { showStops } from '../../../use-cases/orders/show-stops.ts';
import { orderOf } from '../../api/stub-use-cases.ts';

const TIME = '2026-11-24T14:31:00.000Z';
const STOP: StopStanding = { stopPrice: '218.59', waterMark: '241.54' };

const trailing = (id: string, over: Partial<Order> = {}): Order =>
  orderOf({
    id,
    type: 'TRAILING_STOP',
    limitPrice: null,
    trailPercent: '9.5',
    status: 'NEW',
    newAt: TIME,
    ...over,
  });

/**
 * A venue where every stop lies at the same price; tells for which orders it was asked, a list for
 * each question.
 */
function venueWith(listStops: (ids: readonly string[]) => Promise<Map<string, StopStanding>>) {
  const asked: number[] = [];
  const broker = {
    listStops: async (ids: readonly string[]) => {
      asked.push(ids.length);
      return listStops(ids);
    },
  };
  const brokers: Brokers = { of: () => broker as Partial<Broker> as Broker };
  const deps = { brokers, logger: pino({ enabled: false }) };
  return { showStops: (orders: Order[]) => showStops(deps, orders), asked };
}

const answering = () => venueWith(async (ids) => new Map(ids.map((id) => [id, STOP])));

describe('where stops lie', () => {
  it('is asked of the venue once for a page, for open trailing stops alone', async () => {
    const { showStops, asked } = answering();
    const page = [
      orderOf({ id: 'limit' }),
      trailing('a'),
      trailing('not-there-yet', { status: 'PENDING_NEW', newAt: null }),
      trailing('triggered', {
        triggeredAt: TIME,
        currentStopPrice: '200',
        highWaterMark: '220.99',
      }),
      trailing('canceled', { status: 'CANCELED' }),
      trailing('b', { status: 'PENDING_REPLACE' }),
    ];
    const shown = await showStops(page);
    expect(asked).toEqual([2]);
    expect(shown.map(({ id, highWaterMark }) => [id, highWaterMark])).toEqual([
      ['limit', null],
      ['a', '241.54'],
      ['not-there-yet', null],
      ['triggered', '220.99'],
      ['canceled', null],
      ['b', '241.54'],
    ]);
    expect(shown[1]?.currentStopPrice).toBe('218.59');
    expect(page[1]?.currentStopPrice).toBeNull();
  });

  it('is asked of nobody when no such order is shown', async () => {
    const { showStops, asked } = answering();
    const orders = [orderOf({ id: 'limit' })];
    expect(await showStops(orders)).toEqual(orders);
    expect(asked).toEqual([]);
  });

  it('is asked for no more at once than the venue answers', async () => {
    const { showStops, asked } = answering();
    const shown = await showStops(
      Array.from({ length: 450 }, (_, index) => trailing(String(index))),
    );
    expect(asked).toEqual([200, 200, 50]);
    expect(shown.every(({ highWaterMark }) => highWaterMark === '241.54')).toBe(true);
  });

  it.each([
    ['is away', new BrokerCircuitOpen('listStops: the circuit to the venue is open')],
    ['rejects', new Error('listStops: the venue rejected the call')],
  ])('is left out when the venue %s', async (_what, failure) => {
    const { showStops } = venueWith(() => Promise.reject(failure));
    const orders = [trailing('a')];
    expect(await showStops(orders)).toEqual(orders);
  });
});
