import { describe, expect, it } from 'vitest';
import type { OrderSubmission } from '../../../contracts/orders.ts';
import type { Quote } from '../../../contracts/ports/market-data.ts';
import type { SubmissionContext } from '../../../contracts/ports/order-store.ts';
import { calendarNamed } from '../../../domain/calendar/choose-calendar.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';

const submissionAt = (time: string): OrderSubmission => ({
  orderId: '0198bbbb-0000-7000-8000-000000000001',
  accountId: '0198aaaa-0000-7000-8000-00000000000a',
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'DAY',
  quantity: '10',
  limitPrice: '100.00',
  clientOrderId: null,
  idempotency: null,
  submittedAt: time,
  acceptBy: time,
});

const context: SubmissionContext = {
  decided: null,
  firstAnswer: null,
  clientOrderIdTaken: false,
  account: { status: 'ACTIVE', buyingPower: '100000.00', shortingAllowed: false },
  position: { quantity: '0', heldQuantity: '0' },
  instrument: { tradable: true, fractionable: true },
  sessionOverride: null,
};

/** The order as decided at that time on the calendar of the New York Stock Exchange. */
function decideAt(time: string, over: Partial<OrderSubmission> = {}) {
  const quote: Quote = { symbol: 'AAPL', bid: '99.99', ask: '100.00', last: '100.00', bidSize: '1', askSize: '1', sequence: 1, time };
  const when = { calendar: calendarNamed('XNYS'), nowMs: Date.parse(time) };
  return decideSubmission({ ...submissionAt(time), ...over }, context, quote, when);
}

describe('an order on the day after Thanksgiving, which closes at 13:00 in New York', () => {
  it.each([
    ['2026-11-27T14:29:59.999Z', 'before the open'],
    ['2026-11-27T18:00:00.000Z', 'at the early close'],
    ['2026-11-27T20:00:00.000Z', 'when other days are still open'],
    ['2026-11-26T16:00:00.000Z', 'on Thanksgiving'],
    ['2026-11-28T16:00:00.000Z', 'on Saturday'],
  ])('is refused with MARKET_CLOSED at %s, %s, and holds nothing', (time) => {
    const { order, hold, transfers } = decideAt(time);
    expect(order).toMatchObject({ status: 'REJECTED', rejectCode: 'MARKET_CLOSED', expiresAt: null });
    expect({ hold, transfers }).toEqual({ hold: null, transfers: [] });
  });

  it.each([['2026-11-27T14:30:00.000Z'], ['2026-11-27T17:59:59.999Z']])('is taken at %s and, as a DAY order, ends at 13:00', (time) => {
    const { order, hold } = decideAt(time);
    expect(order).toMatchObject({ status: 'PENDING_NEW', expiresAt: '2026-11-27T18:00:00.000Z' });
    expect(hold).toMatchObject({ kind: 'CASH', amount: '1000.00' });
  });

  it('ends at 16:00 on the days around it', () => {
    expect(decideAt('2026-11-25T17:59:59.999Z').order.expiresAt).toBe('2026-11-25T21:00:00.000Z');
    expect(decideAt('2026-11-30T20:00:00.000Z').order.expiresAt).toBe('2026-11-30T21:00:00.000Z');
  });

  it('outlives the close when it is good till canceled', () => {
    expect(decideAt('2026-11-27T17:00:00.000Z', { timeInForce: 'GTC' }).order.expiresAt).toBe('2027-02-25T17:00:00.000Z');
  });
});
