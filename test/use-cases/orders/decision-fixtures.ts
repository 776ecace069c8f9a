import type { Quote } from '../../../contracts/market/market-data.ts';
import { NO_TERMS, type Order, type OrderSubmission } from '../../../contracts/orders/order.ts';
import type { SubmissionContext, WorkingOrder } from '../../../contracts/orders/order-store.ts';
import { calendarNamed } from '../../../domain/market/choose-calendar.ts';

/** While XNYS is open. */
export const OPEN = '2026-11-24T15:00:00.000Z';
export const when = (time: string) => ({
  calendar: calendarNamed('XNYS'),
  nowMs: Date.parse(time),
  openOrdersMax: 500,
});

export const quoteAt = (time: string): Quote => ({
  symbol: 'AAPL',
  bid: '99.99',
  ask: '100.00',
  last: '100.00',
  bidSize: '1',
  askSize: '1',
  sequence: 1,
  time,
});

/** BUY 10 AAPL LIMIT 100 DAY. */
export const submissionAt = (
  time: string,
  over: Partial<OrderSubmission> = {},
): OrderSubmission => ({
  orderId: '0198bbbb-0000-7000-8000-000000000001',
  accountId: '0198aaaa-0000-7000-8000-00000000000a',
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'DAY',
  quantity: '10',
  ...NO_TERMS,
  limitPrice: '100.00',
  clientOrderId: null,
  idempotency: null,
  submittedAt: time,
  acceptBy: time,
  ...over,
});

export const contextWith = (over: Partial<SubmissionContext> = {}): SubmissionContext => ({
  decided: null,
  firstAnswer: null,
  clientOrderIdTaken: false,
  openOrders: 0,
  account: { status: 'ACTIVE', buyingPower: '100000.00', shortingAllowed: false },
  position: { quantity: '0', heldQuantity: '0' },
  instrument: { tradable: true, fractionable: true, broker: 'second' },
  sessionOverrides: [],
  ...over,
});

/** An accepted order as the store gives it back. */
export const workingOf = (order: Order, over: Partial<WorkingOrder> = {}): WorkingOrder => ({
  order,
  protectionPrice: null,
  auctionAt: null,
  restoreStatus: null,
  cancelRequestedBy: null,
  cancelRequestedAt: null,
  filledNotional: '0',
  filledCash: '0',
  version: 1,
  hold: { kind: 'CASH', price: '100', amount: '1000.00', remaining: '1000.00' },
  position: { quantity: '0', costBasis: '0', realizedPnl: '0', version: 0 },
  ...over,
});
