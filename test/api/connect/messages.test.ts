import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  GetOrderStatusResponseSchema,
  ListOrdersRequestSchema,
  OrderStatus,
  OrderStatusFilter,
} from '../../../proto/gen/hub/v1/orders_pb.js';
import { GetPortfolioSummaryResponseSchema } from '../../../proto/gen/hub/v1/portfolio_pb.js';
import { readMessage, type Source, toMessage } from '../../../proto/messages.ts';
import { BALANCE, ORDER_ID, POSITION, TIME } from '../stub-fixtures.ts';

const SUMMARY = {
  balance: BALANCE,
  positions: [{ ...POSITION, marketPrice: null, lastTradeAt: null }],
  totalMarketValue: '0.00',
  equity: '100000.00',
  asOf: TIME,
  unpricedSymbols: ['AAPL'],
};

const STATUS = {
  id: ORDER_ID,
  status: 'PARTIALLY_FILLED',
  filledQuantity: '4',
  leavesQuantity: '6',
  updatedAt: TIME,
};

describe('a value as a message', () => {
  it('has what lies within it and in lists, times, and nothing where there is none', () => {
    const message = toMessage(GetPortfolioSummaryResponseSchema, SUMMARY);
    const { currency: _, ...balance } = BALANCE;
    const { marketPrice: _price, lastTradeAt: _at, ...position } = POSITION;
    expect(toJson(GetPortfolioSummaryResponseSchema, message)).toEqual({
      ...SUMMARY,
      balance,
      positions: [position],
      asOf: '2026-11-24T14:30:00Z',
    });
  });

  it('has words as the numbers that the enum gives them', () => {
    expect(toMessage(GetOrderStatusResponseSchema, STATUS).status).toBe(
      OrderStatus.PARTIALLY_FILLED,
    );
  });

  it('is not made of a value that lacks a field, also within, or has a word that no message has', () => {
    const { heldCash: _, ...balance } = BALANCE;
    expect(() => toMessage(GetPortfolioSummaryResponseSchema, { ...SUMMARY, balance })).toThrow(
      'hub.v1.Balance needs a heldCash',
    );
    const { id: _id, ...others } = STATUS;
    expect(() =>
      toMessage(
        GetOrderStatusResponseSchema,
        others as Source<typeof GetOrderStatusResponseSchema>,
      ),
    ).toThrow('needs a id');
    expect(() => toMessage(GetOrderStatusResponseSchema, { ...STATUS, status: 'MISLAID' })).toThrow(
      'has no MISLAID',
    );
  });
});

describe('a request under the names of REST', () => {
  const request = { status: OrderStatusFilter.UNSPECIFIED, symbol: '', limit: 0, cursor: 'c' };
  const read = (over = {}) =>
    readMessage(ListOrdersRequestSchema, { ...request, ...over }, ['status', 'symbol', 'limit']);

  it('has only what it was given and was asked for', () => {
    expect(read()).toEqual({});
    expect(read({ limit: 7, symbol: 'AAPL' })).toEqual({ limit: 7, symbol: 'AAPL' });
  });

  it('has words for numbers, and no word for a number that has none', () => {
    expect(read({ status: OrderStatusFilter.CLOSED })).toEqual({ status: 'CLOSED' });
    expect(read({ status: 99 })).toEqual({ status: '' });
  });
});
