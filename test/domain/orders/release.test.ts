import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { instrumentCalendar } from '../../../domain/market/instrument-calendar.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';
import { TIMES_IN_FORCE, type TimeInForce } from '../../../domain/orders/order.ts';
import {
  CLOSING_CUTOFF_MS,
  GTC_LIFETIME_MS,
  OPENING_CUTOFF_MS,
  releaseOf,
} from '../../../domain/orders/release.ts';

const at = (time: string): number => Date.parse(time.includes('T') ? time : `2026-11-24T${time}Z`);
const iso = (ms: number | null) => ms && new Date(ms).toISOString().replace('.000Z', 'Z');

/** [releaseAt, auctionAt, expiresAt] */
function releaseAt(timeInForce: TimeInForce, time: string, calendar = xnysCalendar) {
  const release = releaseOf(timeInForce, at(time), calendar);
  return release === 'MARKET_CLOSED'
    ? release
    : [iso(release.releaseAtMs), iso(release.auctionAtMs), iso(release.expiresAtMs)];
}

describe('on Tuesday 24 November 2026, open from 14:30 to 21:00 in UTC', () => {
  it.each([
    ['DAY', '15:00:00', [null, null, '2026-11-24T21:00:00Z']],
    ['GTC', '15:00:00', [null, null, '2027-02-22T15:00:00Z']],
    ['IOC', '15:00:00', [null, null, '2026-11-24T21:00:00Z']],
    ['FOK', '15:00:00', [null, null, '2026-11-24T21:00:00Z']],
    ['OPG', '15:00:00', ['2026-11-25T14:28:00Z', '2026-11-25T14:30:00Z', '2026-11-25T14:35:00Z']],
    ['CLS', '15:00:00', ['2026-11-24T20:50:00Z', '2026-11-24T21:00:00Z', '2026-11-24T21:05:00Z']],
  ] as const)('%s, while the market is open: %s', (timeInForce, time, expected) => {
    expect(releaseAt(timeInForce, time)).toEqual(expected);
  });

  it.each([
    ['DAY', '08:00:00', ['2026-11-24T14:30:00Z', null, '2026-11-24T21:00:00Z']],
    ['GTC', '08:00:00', ['2026-11-24T14:30:00Z', null, '2027-02-22T08:00:00Z']],
    ['IOC', '08:00:00', 'MARKET_CLOSED'],
    ['FOK', '08:00:00', 'MARKET_CLOSED'],
    ['OPG', '08:00:00', ['2026-11-24T14:28:00Z', '2026-11-24T14:30:00Z', '2026-11-24T14:35:00Z']],
    ['CLS', '08:00:00', ['2026-11-24T20:50:00Z', '2026-11-24T21:00:00Z', '2026-11-24T21:05:00Z']],
    ['DAY', '21:00:00', ['2026-11-25T14:30:00Z', null, '2026-11-25T21:00:00Z']],
    ['GTC', '21:00:00', ['2026-11-25T14:30:00Z', null, '2027-02-22T21:00:00Z']],
    ['IOC', '21:00:00', 'MARKET_CLOSED'],
    ['FOK', '21:00:00', 'MARKET_CLOSED'],
    ['OPG', '21:00:00', ['2026-11-25T14:28:00Z', '2026-11-25T14:30:00Z', '2026-11-25T14:35:00Z']],
    ['CLS', '21:00:00', ['2026-11-25T20:50:00Z', '2026-11-25T21:00:00Z', '2026-11-25T21:05:00Z']],
  ] as const)('%s, while it is closed: at %s', (timeInForce, time, expected) => {
    expect(releaseAt(timeInForce, time)).toEqual(expected);
  });

  it('an auction is reached to the last millisecond before its cutoff, and then the next day’s', () => {
    expect(releaseAt('OPG', '14:27:59.999')).toContain('2026-11-24T14:30:00Z');
    expect(releaseAt('OPG', '14:28:00')).toContain('2026-11-25T14:30:00Z');
    expect(releaseAt('CLS', '20:49:59.999')).toContain('2026-11-24T21:00:00Z');
    expect(releaseAt('CLS', '20:50:00')).toContain('2026-11-25T21:00:00Z');
  });

  it('waits over Thanksgiving, and closes early on the day after', () => {
    expect(releaseAt('DAY', '2026-11-25T22:00:00Z')).toEqual([
      '2026-11-27T14:30:00Z',
      null,
      '2026-11-27T18:00:00Z',
    ]);
    expect(releaseAt('CLS', '2026-11-27T17:00:00Z')).toEqual([
      '2026-11-27T17:50:00Z',
      '2026-11-27T18:00:00Z',
      '2026-11-27T18:05:00Z',
    ]);
    expect(releaseAt('OPG', '2026-11-27T17:00:00Z')).toContain('2026-11-30T14:30:00Z');
  });
});

describe('a market that is always open', () => {
  it('opens at every midnight and closes there too', () => {
    expect(releaseAt('DAY', '12:00:00', alwaysOpenCalendar)).toEqual([
      null,
      null,
      '2026-11-25T00:00:00Z',
    ]);
    expect(releaseAt('IOC', '12:00:00', alwaysOpenCalendar)).toEqual([
      null,
      null,
      '2026-11-25T00:00:00Z',
    ]);
    expect(releaseAt('OPG', '12:00:00', alwaysOpenCalendar)).toEqual([
      '2026-11-24T23:58:00Z',
      '2026-11-25T00:00:00Z',
      '2026-11-25T00:05:00Z',
    ]);
    expect(releaseAt('OPG', '23:58:00', alwaysOpenCalendar)).toContain('2026-11-26T00:00:00Z');
    expect(releaseAt('CLS', '12:00:00', alwaysOpenCalendar)).toEqual([
      '2026-11-24T23:50:00Z',
      '2026-11-25T00:00:00Z',
      '2026-11-25T00:05:00Z',
    ]);
    expect(releaseAt('CLS', '23:50:00', alwaysOpenCalendar)).toContain('2026-11-26T00:00:00Z');
  });
});

describe('the last day that a calendar knows', () => {
  it.each([
    ['DAY', 'MARKET_CLOSED'],
    ['GTC', 'MARKET_CLOSED'],
    ['IOC', 'MARKET_CLOSED'],
    ['FOK', 'MARKET_CLOSED'],
    ['OPG', 'MARKET_CLOSED'],
    ['CLS', 'MARKET_CLOSED'],
  ] as const)('takes no %s after its close: %s', (timeInForce, expected) => {
    expect(releaseAt(timeInForce, '2030-12-31T21:00:00Z')).toBe(expected);
    expect(releaseAt(timeInForce, '2031-01-02T15:00:00Z')).toBe(expected);
  });

  it('still takes what ends with it', () => {
    expect(releaseAt('DAY', '2030-12-31T15:00:00Z')).toEqual([null, null, '2030-12-31T21:00:00Z']);
    expect(releaseAt('CLS', '2030-12-31T15:00:00Z')).toContain('2030-12-31T21:00:00Z');
    expect(releaseAt('OPG', '2030-12-31T15:00:00Z')).toBe('MARKET_CLOSED');
  });
});

describe('an instrument’s own short session', () => {
  const short = instrumentCalendar(xnysCalendar, [
    { date: '2026-11-24', opensAt: at('15:00:00'), closesAt: at('15:05:00') },
  ]);

  it('has a closing auction whose cutoff comes before it opens', () => {
    expect(releaseAt('CLS', '14:54:59', short)).toEqual([
      '2026-11-24T14:55:00Z',
      '2026-11-24T15:05:00Z',
      '2026-11-24T15:10:00Z',
    ]);
    expect(releaseAt('CLS', '14:55:00', short)).toContain('2026-11-25T21:00:00Z');
    expect(releaseAt('CLS', '15:01:00', short)).toContain('2026-11-25T21:00:00Z');
  });
});

describe('any order at any time', () => {
  it('is released in its session or before its auction, never in the past, and ends after it is released', () => {
    const from = at('2024-01-02T00:00:00Z');
    const to = at('2029-12-31T00:00:00Z');
    fc.assert(
      fc.property(
        fc.integer({ min: from, max: to }),
        fc.constantFrom(...TIMES_IN_FORCE),
        fc.constantFrom(xnysCalendar, alwaysOpenCalendar),
        (nowMs, timeInForce, calendar) => {
          const release = releaseOf(timeInForce, nowMs, calendar);
          if (release === 'MARKET_CLOSED') {
            expect(['IOC', 'FOK']).toContain(timeInForce);
            expect(calendar.sessionAt(nowMs)).toBeNull();
            return;
          }
          const { releaseAtMs, auctionAtMs, expiresAtMs } = release;
          if (releaseAtMs !== null) expect(releaseAtMs).toBeGreaterThan(nowMs);
          expect(expiresAtMs).toBeGreaterThan(releaseAtMs ?? nowMs);
          if (auctionAtMs === null) expect(calendar.sessionAt(releaseAtMs ?? nowMs)).not.toBeNull();
          if (timeInForce === 'OPG') {
            expect((auctionAtMs ?? 0) - (releaseAtMs ?? 0)).toBe(OPENING_CUTOFF_MS);
            expect(calendar.sessionAt(auctionAtMs ?? 0)?.opensAt).toBe(auctionAtMs);
          }
          if (timeInForce === 'CLS') {
            expect((auctionAtMs ?? 0) - (releaseAtMs ?? 0)).toBe(CLOSING_CUTOFF_MS);
            expect(calendar.sessionAt((auctionAtMs ?? 0) - 1)?.closesAt).toBe(auctionAtMs);
          }
          if (timeInForce === 'GTC') expect(expiresAtMs).toBe(nowMs + GTC_LIFETIME_MS);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
