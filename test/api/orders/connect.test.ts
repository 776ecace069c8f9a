import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { toOrderMessage } from '../../../api/orders/connect.ts';
import { HubError } from '../../../contracts/errors.ts';
import { OrderType, Side, TimeInForce } from '../../../proto/gen/hub/v1/broker_pb.js';
import { OrderStatus, OrderStatusFilter } from '../../../proto/gen/hub/v1/orders_pb.js';
import type { OrderFilter } from '../../../use-cases/orders/read-orders.ts';
import { failureOf, serve } from '../connect-rig.ts';
import {
  CUSTOMER,
  createStubUseCases,
  NEW_ORDER_ID,
  ORDER_ID,
  orderOf,
} from '../stub-use-cases.ts';

const LIMIT_ORDER = {
  symbol: 'AAPL',
  side: Side.BUY,
  type: OrderType.LIMIT,
  timeInForce: TimeInForce.DAY,
  quantity: '10',
  limitPrice: '205.75',
};

describe('OrderService', () => {
  it('submits an order with the terms, the key and the caller of the token', async () => {
    const { useCases, submissions } = createStubUseCases();
    const { hub } = await serve({ useCases });
    const { order, replayed } = await hub.orders.submitOrder({
      ...LIMIT_ORDER,
      clientOrderId: 'mine-1',
      idempotencyKey: 'key-1',
    });
    expect(order).toMatchObject({
      id: ORDER_ID,
      side: Side.BUY,
      status: OrderStatus.PENDING_NEW,
      quantity: '10',
      limitPrice: '205.75',
    });
    expect(replayed).toBe(false);
    const words = {
      symbol: 'AAPL',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'DAY',
      quantity: '10',
      limitPrice: '205.75',
    };
    const terms = { ...words, notional: null, stopPrice: null, trailPercent: null };
    expect(submissions).toEqual([
      { caller: CUSTOMER, terms: { ...terms, clientOrderId: 'mine-1' }, key: 'key-1' },
    ]);
  });

  it('submits orders of every type, by quantity or notional', async () => {
    const { useCases, submissions } = createStubUseCases();
    const { hub } = await serve({ useCases });
    const base = { symbol: 'AAPL', side: Side.SELL, timeInForce: TimeInForce.GTC };
    await hub.orders.submitOrder({
      ...base,
      type: OrderType.STOP_LIMIT,
      quantity: '10',
      stopPrice: '199.5',
      limitPrice: '199',
    });
    await hub.orders.submitOrder({
      ...base,
      type: OrderType.TRAILING_STOP,
      quantity: '10',
      trailPercent: '2.5',
    });
    const byNotional = {
      ...base,
      type: OrderType.MARKET,
      timeInForce: TimeInForce.DAY,
      notional: '500',
    };
    expect((await hub.orders.submitOrder(byNotional)).order).toMatchObject({
      notional: '500.00',
      quantity: '0',
    });
    await hub.orders.submitOrder({
      ...base,
      type: OrderType.LIMIT,
      timeInForce: TimeInForce.OPG,
      quantity: '10',
      limitPrice: '199',
    });
    expect(submissions.map(({ terms }) => terms)).toMatchObject([
      {
        type: 'STOP_LIMIT',
        stopPrice: '199.5',
        limitPrice: '199',
        trailPercent: null,
        notional: null,
      },
      {
        type: 'TRAILING_STOP',
        stopPrice: null,
        limitPrice: null,
        trailPercent: '2.5',
        quantity: '10',
      },
      { type: 'MARKET', quantity: null, notional: '500.00' },
      { type: 'LIMIT', timeInForce: 'OPG' },
    ]);
  });

  it('replaces an order by what is not empty, under the key, and answers with the new order', async () => {
    const { useCases, replacements } = createStubUseCases();
    const { hub } = await serve({ useCases });
    const request = {
      id: ORDER_ID,
      quantity: '12',
      timeInForce: TimeInForce.GTC,
      clientOrderId: 'mine-2',
      idempotencyKey: 'key-2',
    };
    const { order, replayed } = await hub.orders.replaceOrder(request);
    expect(order).toMatchObject({
      id: NEW_ORDER_ID,
      replaces: ORDER_ID,
      replacedBy: '',
      quantity: '12',
    });
    expect(replayed).toBe(false);
    await hub.orders.replaceOrder({
      id: ORDER_ID,
      limitPrice: '206',
      stopPrice: '207',
      trailPercent: '1',
    });
    expect(replacements).toEqual([
      {
        caller: CUSTOMER,
        orderId: ORDER_ID,
        terms: { quantity: '12', timeInForce: 'GTC', clientOrderId: 'mine-2' },
        key: 'key-2',
      },
      {
        caller: CUSTOMER,
        orderId: ORDER_ID,
        terms: { limitPrice: '206', stopPrice: '207', trailPercent: '1' },
        key: null,
      },
    ]);
  });

  it.each([
    ['nothing to change', {}, 'must say what to change'],
    ['a quantity of zero', { quantity: '0' }, 'quantity'],
    ['IOC', { timeInForce: TimeInForce.IOC }, 'timeInForce'],
    ['a time in force that nobody knows', { timeInForce: 77 }, 'timeInForce'],
    ['SQL as price', { limitPrice: `'; DROP TABLE orders; --` }, 'limitPrice'],
    ['a key with a space', { quantity: '1', idempotencyKey: 'a b' }, 'visible ASCII'],
  ])('rejects a replacement with %s by the rules of REST', async (_what, over, word) => {
    const { useCases, replacements } = createStubUseCases();
    const { hub } = await serve({ useCases });
    const failure = await failureOf(hub.orders.replaceOrder({ id: ORDER_ID, ...over }));
    expect(failure).toMatchObject({
      code: Code.InvalidArgument,
      reason: 'VALIDATION_FAILED',
      message: expect.stringContaining(word),
    });
    expect(replacements).toEqual([]);
  });

  it('tells a replacement that cannot be as FAILED_PRECONDITION with its code', async () => {
    const replaceOrder = async () => {
      throw new HubError('ORDER_NOT_REPLACEABLE', { status: 'FILLED', filledQuantity: '10' });
    };
    const { hub } = await serve({
      useCases: createStubUseCases({ orders: { replaceOrder } }).useCases,
    });
    const failure = await failureOf(hub.orders.replaceOrder({ id: ORDER_ID, quantity: '12' }));
    expect(failure).toMatchObject({
      code: Code.FailedPrecondition,
      reason: 'ORDER_NOT_REPLACEABLE',
      facts: { status: 'FILLED' },
    });
    expect(
      await failureOf(hub.orders.replaceOrder({ id: 'nonsense', quantity: '12' })),
    ).toMatchObject({ reason: 'ORDER_NOT_FOUND' });
  });

  it('tells a rejected order as FAILED_PRECONDITION with the reason’s code, its facts and the order’s id', async () => {
    const rejected = orderOf({
      status: 'REJECTED',
      rejectCode: 'UNKNOWN_SYMBOL',
      rejectFacts: { symbol: 'ZZZ' },
    });
    const { useCases } = createStubUseCases({
      orders: { submitOrder: async () => ({ order: rejected, replayed: false }) },
    });
    const { hub } = await serve({ useCases });
    const failure = await failureOf(hub.orders.submitOrder({ ...LIMIT_ORDER, symbol: 'ZZZ' }));
    expect(failure).toMatchObject({
      code: Code.FailedPrecondition,
      reason: 'UNKNOWN_SYMBOL',
      requestId: expect.stringMatching(/.{36}/),
    });
    expect(failure).toMatchObject({ facts: { symbol: 'ZZZ' }, orderId: rejected.id });
  });

  it.each([
    ['a quantity of zero', { quantity: '0' }, 'quantity'],
    ['a quantity with nine decimals', { quantity: '1.000000001' }, 'quantity'],
    ['a LIMIT order without a price', { limitPrice: '' }, 'limitPrice'],
    ['a MARKET order with a price', { type: OrderType.MARKET }, 'limitPrice'],
    [
      'a STOP order with a limit price',
      { type: OrderType.STOP, stopPrice: '210.00' },
      'a STOP order has no limitPrice',
    ],
    ['neither quantity nor notional', { quantity: '' }, 'quantity or a notional'],
    ['a type that nobody knows', { type: 77 }, 'type'],
    ['no side', { side: Side.UNSPECIFIED }, 'side'],
    ['a side that nobody knows', { side: 77 }, 'side'],
    ['SQL as symbol', { symbol: `'; DROP TABLE orders; --` }, 'symbol'],
    ['NUL in the client order id', { clientOrderId: 'a\u0000' }, 'clientOrderId'],
    ['a key with a space', { idempotencyKey: 'a b' }, 'visible ASCII'],
  ])('rejects %s by the rules of REST', async (_what, over, word) => {
    const { useCases, submissions } = createStubUseCases();
    const { hub } = await serve({ useCases });
    const failure = await failureOf(hub.orders.submitOrder({ ...LIMIT_ORDER, ...over }));
    expect(failure).toMatchObject({
      code: Code.InvalidArgument,
      reason: 'VALIDATION_FAILED',
      message: expect.stringContaining(word),
    });
    expect(submissions).toEqual([]);
  });

  it('reads and cancels an order, and knows no other', async () => {
    const { hub } = await serve();
    expect((await hub.orders.getOrder({ id: ORDER_ID })).order).toMatchObject({
      id: ORDER_ID,
      symbol: 'AAPL',
    });
    expect(await hub.orders.getOrderStatus({ id: ORDER_ID })).toMatchObject({
      status: OrderStatus.PENDING_NEW,
      leavesQuantity: '10',
    });
    expect((await hub.orders.listExecutions({ id: ORDER_ID })).executions).toMatchObject([
      {
        quantity: '4',
        side: Side.BUY,
        tradeDate: '2026-11-24',
        settlementDate: '2026-11-25',
        settlementStatus: 'PENDING',
      },
    ]);
    expect((await hub.orders.cancelOrder({ id: ORDER_ID })).order).toMatchObject({ id: ORDER_ID });
    for (const id of ['nonsense', '', '0198bbbb-0000-7000-8000-00000000ffff']) {
      expect(await failureOf(hub.orders.getOrder({ id }))).toMatchObject({
        code: Code.NotFound,
        reason: 'ORDER_NOT_FOUND',
      });
    }
  });

  it('lists the open ones, 50 a page, unless told otherwise', async () => {
    const filters: OrderFilter[] = [];
    const listOrders = async (_caller: unknown, filter: OrderFilter) => {
      filters.push(filter);
      return { items: [orderOf()], nextCursor: null };
    };
    const { hub } = await serve({
      useCases: createStubUseCases({ orders: { listOrders } }).useCases,
    });
    expect(await hub.orders.listOrders({})).toMatchObject({
      orders: [{ id: ORDER_ID }],
      nextCursor: '',
    });
    await hub.orders.listOrders({
      status: OrderStatusFilter.ALL,
      symbol: 'IBM',
      limit: 200,
      cursor: 'next',
    });
    expect(filters).toEqual([
      { status: 'open', symbol: null, limit: 50, cursor: null },
      { status: 'all', symbol: 'IBM', limit: 200, cursor: 'next' },
    ]);
    expect(await failureOf(hub.orders.listOrders({ limit: 201 }))).toMatchObject({
      reason: 'VALIDATION_FAILED',
    });
  });
});

describe('an order as a message', () => {
  it('tells when its stop was reached and where it lies, and nothing where there is none', () => {
    const triggeredAt = '2026-11-24T14:31:00.000Z';
    const order = orderOf({ triggeredAt, currentStopPrice: '218.59', highWaterMark: '241.54' });
    expect(toOrderMessage(order)).toMatchObject({
      triggeredAt: timestampFromMs(Date.parse(triggeredAt)),
      currentStopPrice: '218.59',
      highWaterMark: '241.54',
    });
    const other = toOrderMessage(orderOf());
    expect(other).toMatchObject({ currentStopPrice: '', highWaterMark: '' });
    expect(other).not.toHaveProperty('triggeredAt');
  });
});
