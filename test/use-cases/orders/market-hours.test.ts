import { describe, expect, it } from 'vitest';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import type { SubmissionContext } from '../../../contracts/orders/order-store.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { contextWith, quoteAt, submissionAt, when } from './decision-fixtures.ts';

/** The order as decided at that time on the calendar of the New York Stock Exchange. */
const decideAt = (
  time: string,
  over: Partial<OrderSubmission> = {},
  sessionOverrides: SubmissionContext['sessionOverrides'] = [],
) =>
  decideSubmission(
    submissionAt(time, over),
    contextWith({ sessionOverrides }),
    quoteAt(time),
    when(time),
  );

const times = ({ order, auctionAt }: ReturnType<typeof decideAt>) => [
  order.releaseAt,
  auctionAt,
  order.expiresAt,
];

describe('an order around the day after Thanksgiving, which closes at 13:00 in New York', () => {
  const closedAt = [
    [
      '2026-11-27T14:29:59.999Z',
      'before the open',
      '2026-11-27T14:30:00.000Z',
      '2026-11-27T18:00:00.000Z',
    ],
    [
      '2026-11-27T18:00:00.000Z',
      'at the early close',
      '2026-11-30T14:30:00.000Z',
      '2026-11-30T21:00:00.000Z',
    ],
    [
      '2026-11-27T20:00:00.000Z',
      'when other days are still open',
      '2026-11-30T14:30:00.000Z',
      '2026-11-30T21:00:00.000Z',
    ],
    [
      '2026-11-26T16:00:00.000Z',
      'on Thanksgiving',
      '2026-11-27T14:30:00.000Z',
      '2026-11-27T18:00:00.000Z',
    ],
    [
      '2026-11-28T16:00:00.000Z',
      'on Saturday',
      '2026-11-30T14:30:00.000Z',
      '2026-11-30T21:00:00.000Z',
    ],
  ] as const;

  it.each(closedAt)(
    'is taken at %s, %s, holds its cash, and is released at the next open for its session',
    (time, _when, opens, closes) => {
      const decided = decideAt(time);
      expect(decided.order).toMatchObject({ status: 'PENDING_NEW', leavesQuantity: '10' });
      expect(times(decided)).toEqual([opens, null, closes]);
      expect(decided.hold).toEqual({ kind: 'CASH', price: '100', amount: '1000.00' });
      expect(times(decideAt(time, { timeInForce: 'GTC' })).slice(0, 2)).toEqual([opens, null]);
    },
  );

  it.each(closedAt)(
    'is rejected with MARKET_CLOSED at %s, %s, when it is of the moment, and holds nothing',
    (time) => {
      for (const timeInForce of ['IOC', 'FOK'] as const) {
        const { order, hold, transfers, auctionAt } = decideAt(time, { timeInForce });
        expect(order).toMatchObject({
          status: 'REJECTED',
          rejectCode: 'MARKET_CLOSED',
          releaseAt: null,
          expiresAt: null,
        });
        expect({ hold, transfers, auctionAt }).toEqual({
          hold: null,
          transfers: [],
          auctionAt: null,
        });
      }
    },
  );

  it.each([['2026-11-27T14:30:00.000Z'], ['2026-11-27T17:59:59.999Z']])(
    'is taken at %s and, as a DAY order, ends at 13:00',
    (time) => {
      const decided = decideAt(time);
      expect(times(decided)).toEqual([null, null, '2026-11-27T18:00:00.000Z']);
      expect(decided.hold).toMatchObject({ kind: 'CASH', amount: '1000.00' });
    },
  );

  it('ends at 16:00 on the days around it', () => {
    expect(decideAt('2026-11-25T17:59:59.999Z').order.expiresAt).toBe('2026-11-25T21:00:00.000Z');
    expect(decideAt('2026-11-30T20:00:00.000Z').order.expiresAt).toBe('2026-11-30T21:00:00.000Z');
  });

  it('outlives the close when it is good till canceled', () => {
    expect(decideAt('2026-11-27T17:00:00.000Z', { timeInForce: 'GTC' }).order.expiresAt).toBe(
      '2027-02-25T17:00:00.000Z',
    );
  });

  it('for an auction is held until the cutoff', () => {
    const open = decideAt('2026-11-27T09:00:00.000Z', { timeInForce: 'OPG' });
    expect(times(open)).toEqual([
      '2026-11-27T14:28:00.000Z',
      '2026-11-27T14:30:00.000Z',
      '2026-11-27T14:35:00.000Z',
    ]);
    const close = decideAt('2026-11-27T17:49:59.999Z', { timeInForce: 'CLS' });
    expect(times(close)).toEqual([
      '2026-11-27T17:50:00.000Z',
      '2026-11-27T18:00:00.000Z',
      '2026-11-27T18:05:00.000Z',
    ]);
    expect(decideAt('2026-11-27T17:50:00.000Z', { timeInForce: 'CLS' }).auctionAt).toBe(
      '2026-11-30T21:00:00.000Z',
    );
  });
});

describe('an instrument with sessions of its own', () => {
  const own = (date: string, opens: string, closes: string) => ({
    date,
    opensAtMs: Date.parse(`${date}T${opens}Z`),
    closesAtMs: Date.parse(`${date}T${closes}Z`),
  });

  it('does not trade on a date where it opens as it closes: its orders wait for the next session', () => {
    const halted = [own('2026-11-24', '14:30', '14:30')];
    expect(times(decideAt('2026-11-24T15:00:00.000Z', {}, halted))).toEqual([
      '2026-11-25T14:30:00.000Z',
      null,
      '2026-11-25T21:00:00.000Z',
    ]);
    expect(
      decideAt('2026-11-24T15:00:00.000Z', { timeInForce: 'IOC' }, halted).order.rejectCode,
    ).toBe('MARKET_CLOSED');
  });

  it('trades in them while its market is closed, and its DAY orders end with them', () => {
    const holiday = [own('2026-11-26', '15:00', '17:00')];
    expect(times(decideAt('2026-11-26T16:00:00.000Z', {}, holiday))).toEqual([
      null,
      null,
      '2026-11-26T17:00:00.000Z',
    ]);
    expect(times(decideAt('2026-11-26T16:00:00.000Z', { timeInForce: 'CLS' }, holiday))[1]).toBe(
      '2026-11-26T17:00:00.000Z',
    );
    expect(times(decideAt('2026-11-25T22:00:00.000Z', {}, holiday))[0]).toBe(
      '2026-11-26T15:00:00.000Z',
    );
  });
});

describe('the last day that the calendar knows', () => {
  it('is followed by MARKET_CLOSED', () => {
    expect(decideAt('2030-12-31T20:00:00.000Z').order.status).toBe('PENDING_NEW');
    expect(decideAt('2030-12-31T22:00:00.000Z').order).toMatchObject({
      status: 'REJECTED',
      rejectCode: 'MARKET_CLOSED',
    });
    expect(decideAt('2031-06-02T15:00:00.000Z').order).toMatchObject({
      status: 'REJECTED',
      rejectCode: 'MARKET_CLOSED',
    });
  });
});
