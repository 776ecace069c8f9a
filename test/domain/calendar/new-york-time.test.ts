import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilDay, DAY_MS, easterSunday, formatDay, parseDay, weekdayOf } from '../../../domain/calendar/civil-day.ts';
import { newYorkDayAt, newYorkInstant, newYorkOffsetMs } from '../../../domain/calendar/new-york-time.ts';

const HOUR_MS = 3_600_000;
const SINCE_MS = Date.parse('2007-01-01T00:00:00Z');
const UNTIL_MS = Date.parse('2038-01-01T00:00:00Z');

const clocks = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York', dateStyle: 'short', timeStyle: 'medium' });
/** The zone data that Node brings along. */
const offsetByZoneData = (ms: number): number => Date.parse(`${clocks.format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000;

describe('New York’s time', () => {
  it('is that of the zone data at any instant, and to the second where the clocks change', () => {
    fc.assert(
      fc.property(fc.integer({ min: SINCE_MS, max: UNTIL_MS }), (ms) => {
        expect(newYorkOffsetMs(ms)).toBe(offsetByZoneData(ms));
      }),
      { numRuns: 500 },
    );
    let changes = 0;
    for (let ms = SINCE_MS; ms < UNTIL_MS; ms += HOUR_MS) {
      if (newYorkOffsetMs(ms) === newYorkOffsetMs(ms - 1000)) continue;
      changes += 1;
      expect([ms - 1000, ms].map(newYorkOffsetMs)).toEqual([ms - 1000, ms].map(offsetByZoneData));
    }
    expect(changes).toBe(2 * 31);
  });

  it('finds the instant of a date and a time of day again', () => {
    const days = fc.integer({ min: parseDay('2007-01-01'), max: parseDay('2037-12-31') });
    fc.assert(
      fc.property(days, fc.integer({ min: 3 * 60, max: 24 * 60 - 1 }), (day, minute) => {
        const ms = newYorkInstant(day, minute);
        expect(newYorkDayAt(ms)).toBe(day);
        expect((ms + newYorkOffsetMs(ms)) % DAY_MS).toBe(minute * 60_000);
      }),
    );
  });

  it('takes the first of two instants when the clock shows a time twice, and goes on when it leaves one out', () => {
    expect(new Date(newYorkInstant(parseDay('2026-11-01'), 90)).toISOString()).toBe('2026-11-01T05:30:00.000Z');
    expect(new Date(newYorkInstant(parseDay('2026-03-08'), 150)).toISOString()).toBe('2026-03-08T07:30:00.000Z');
  });
});

describe('a civil day', () => {
  it('is written and read back as the same date, with the right day of the week', () => {
    fc.assert(
      fc.property(fc.integer({ min: civilDay(1900, 1, 1), max: civilDay(2999, 12, 31) }), (day) => {
        expect(parseDay(formatDay(day))).toBe(day);
        expect(weekdayOf(day)).toBe(new Date(day * DAY_MS).getUTCDay());
      }),
    );
  });

  it.each([
    ['2008-03-23'],
    ['2019-04-21'],
    ['2020-04-12'],
    ['2021-04-04'],
    ['2024-03-31'],
    ['2025-04-20'],
    ['2038-04-25'],
    ['2049-04-18'],
    ['2076-04-19'],
  ])('is Easter Sunday: %s', (date) => {
    expect(formatDay(easterSunday(Number(date.slice(0, 4))))).toBe(date);
  });
});
