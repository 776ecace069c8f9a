import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { settlementDates } from '../../../domain/market/settlement-date.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';

const datesOf = (executedAt: string) => settlementDates(xnysCalendar, Date.parse(executedAt));
const sessions = xnysCalendar.sessionsBetween('2020-01-01', '2030-12-31');

describe('the settlement date', () => {
  it.each([
    ['a Monday settles on Tuesday', '2026-11-23T15:00:00Z', '2026-11-23', '2026-11-24'],
    ['a Friday settles on Monday', '2026-11-20T20:59:59.999Z', '2026-11-20', '2026-11-23'],
    [
      'the day before Thanksgiving settles on the Friday that closes early',
      '2026-11-25T15:00:00Z',
      '2026-11-25',
      '2026-11-27',
    ],
    [
      'the Friday that closes early settles on Monday',
      '2026-11-27T17:59:00Z',
      '2026-11-27',
      '2026-11-30',
    ],
    [
      '23 December settles on 24 December, a session though a short one',
      '2026-12-23T20:00:00Z',
      '2026-12-23',
      '2026-12-24',
    ],
    [
      '24 December settles on Monday 28 December: Christmas is a Friday',
      '2026-12-24T17:00:00Z',
      '2026-12-24',
      '2026-12-28',
    ],
    [
      'the Thursday before Good Friday settles on Monday',
      '2026-04-02T15:00:00Z',
      '2026-04-02',
      '2026-04-06',
    ],
    [
      'the Friday before daylight saving begins settles on Monday',
      '2026-03-06T20:59:00Z',
      '2026-03-06',
      '2026-03-09',
    ],
    [
      'the Monday after it begins opens an hour earlier in UTC',
      '2026-03-09T13:30:00Z',
      '2026-03-09',
      '2026-03-10',
    ],
    [
      'the Friday before daylight saving ends settles on Monday',
      '2026-10-30T19:59:00Z',
      '2026-10-30',
      '2026-11-02',
    ],
    [
      'the last session of a year settles in the next year',
      '2026-12-31T20:00:00Z',
      '2026-12-31',
      '2027-01-04',
    ],
  ])(
    'is the next session after the trade date: %s',
    (_rule, executedAt, tradeDate, settlementDate) => {
      expect(datesOf(executedAt)).toEqual({ tradeDate, settlementDate });
    },
  );

  it.each([
    ['in the evening', '2026-11-23T22:15:00Z', '2026-11-23', '2026-11-24'],
    ['at the very close', '2026-11-23T21:00:00Z', '2026-11-23', '2026-11-24'],
    [
      'past midnight of UTC, when New York still has the date of the session',
      '2026-11-24T02:00:00Z',
      '2026-11-23',
      '2026-11-24',
    ],
    ['a millisecond before the next open', '2026-11-24T14:29:59.999Z', '2026-11-23', '2026-11-24'],
    ['on a Sunday', '2026-11-22T12:00:00Z', '2026-11-20', '2026-11-23'],
    ['on Thanksgiving', '2026-11-26T15:00:00Z', '2026-11-25', '2026-11-27'],
    ['after the early close', '2026-11-27T18:00:00Z', '2026-11-27', '2026-11-30'],
    ['on Christmas', '2026-12-25T15:00:00Z', '2026-12-24', '2026-12-28'],
    ['on Good Friday', '2026-04-03T15:00:00Z', '2026-04-02', '2026-04-06'],
  ])(
    'of a trade reported between sessions counts from the session before: %s',
    (_when, executedAt, tradeDate, settlementDate) => {
      expect(datesOf(executedAt)).toEqual({ tradeDate, settlementDate });
    },
  );

  it('of a trade before the first session that is known counts from that session', () => {
    expect(datesOf('2020-01-01T15:00:00Z')).toEqual({
      tradeDate: '2020-01-02',
      settlementDate: '2020-01-03',
    });
  });

  it('is the next UTC day where the market never closes', () => {
    expect(settlementDates(alwaysOpenCalendar, Date.parse('2026-11-28T23:59:59.999Z'))).toEqual({
      tradeDate: '2026-11-28',
      settlementDate: '2026-11-29',
    });
  });

  it('holds for any instant: trade date and settlement date are neighbouring sessions, and no session opens between trade date and trade', () => {
    const [first, last] = [sessions[0], sessions.at(-2)];
    if (!first || !last) return expect.fail('the calendar has no sessions');
    fc.assert(
      fc.property(fc.integer({ min: first.opensAt, max: last.closesAt - 1 }), (ms) => {
        const index = sessions.findLastIndex((session) => session.opensAt <= ms);
        expect(settlementDates(xnysCalendar, ms)).toEqual({
          tradeDate: sessions[index]?.date,
          settlementDate: sessions[index + 1]?.date,
        });
      }),
    );
  });
});
