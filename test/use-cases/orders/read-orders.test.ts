import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Broker } from '../../../contracts/broker-session/broker.ts';
import type { Caller } from '../../../contracts/identity/caller.ts';
import type { OrderListQuery, OrderReader } from '../../../contracts/orders/order-reader.ts';
import {
  getOrder,
  listExecutions,
  listOrders,
  listTimeline,
} from '../../../use-cases/orders/read-orders.ts';

const CALLER: Caller = {
  userId: 'u',
  username: 'u@test.local',
  accountId: 'a',
  sessionId: 's',
  roles: ['CUSTOMER'],
};
const ID = '0190a5b2-7c1d-7e44-9f00-0123456789ab';

/** A reader that knows no order, and keeps what it was asked. */
function emptyReader(): OrderReader & { asked: string[]; queries: OrderListQuery[] } {
  const asked: string[] = [];
  const queries: OrderListQuery[] = [];
  const find = async (_accountId: string, orderId: string) => {
    asked.push(orderId);
    return null;
  };
  const listOrders = async (query: OrderListQuery) => {
    queries.push(query);
    return [];
  };
  return { asked, queries, findOrder: find, listExecutions: find, listTimeline: find, listOrders };
}

const over = (reader: OrderReader) => ({
  reader,
  brokers: { of: () => ({ listStops: async () => new Map() }) as Partial<Broker> as Broker },
  logger: pino({ enabled: false }),
});

const cursorOf = (text: string): string => Buffer.from(text).toString('base64url');
const list = (orders: OrderReader, cursor: string | null) =>
  listOrders(over(orders), CALLER, {
    status: 'all',
    symbol: null,
    limit: 5,
    cursor,
  });

describe('an order id', () => {
  it('that is no UUID is ORDER_NOT_FOUND, and never reaches the database', async () => {
    const orders = emptyReader();
    for (const id of [
      '',
      'nope',
      `${ID}0`,
      `${ID}\n`,
      "'; drop table orders --",
      '0190a5b27c1d7e449f000123456789ab',
    ]) {
      for (const read of [getOrder, listExecutions, listTimeline]) {
        await expect(read(over(orders), CALLER, id)).rejects.toMatchObject({
          code: 'ORDER_NOT_FOUND',
        });
      }
    }
    expect(orders.asked).toEqual([]);
  });

  it('that is unknown is ORDER_NOT_FOUND, whichever case its letters have', async () => {
    const orders = emptyReader();
    await expect(getOrder(over(orders), CALLER, ID.toUpperCase())).rejects.toMatchObject({
      code: 'ORDER_NOT_FOUND',
    });
    expect(orders.asked).toEqual([ID]);
  });
});

describe('the cursor of the list', () => {
  it('is the place of the last order', async () => {
    const orders = emptyReader();
    expect(await list(orders, cursorOf(`2026-11-24T14:30:00.001Z/${ID}`))).toEqual({
      items: [],
      nextCursor: null,
    });
    expect(orders.queries).toEqual([
      {
        accountId: 'a',
        status: 'all',
        symbol: null,
        limit: 6,
        after: { submittedAt: '2026-11-24T14:30:00.001Z', orderId: ID },
      },
    ]);
  });

  it.each([
    '',
    'not-a-cursor',
    cursorOf(ID),
    cursorOf(`2026-11-24T14:30:00Z/${ID}`),
    cursorOf(`2026-13-24T14:30:00.001Z/${ID}`),
    cursorOf(`2026-02-30T14:30:00.001Z/${ID}`),
    cursorOf(`2026-11-24T24:30:00.001Z/${ID}`),
    cursorOf(`0000-11-24T14:30:00.001Z/${ID}`),
    cursorOf(`2026-11-24T14:30:00.001Z/${ID.toUpperCase()}`),
    cursorOf(`2026-11-24T14:30:00.001Z/${ID}\n`),
    `${cursorOf(`2026-11-24T14:30:00.001Z/${ID}`)}=`,
    ` ${cursorOf(`2026-11-24T14:30:00.001Z/${ID}`)}`,
  ])('that is not ours is VALIDATION_FAILED: %j', async (cursor) => {
    const orders = emptyReader();
    await expect(list(orders, cursor)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      facts: { field: 'cursor' },
    });
    expect(orders.queries).toEqual([]);
  });
});
