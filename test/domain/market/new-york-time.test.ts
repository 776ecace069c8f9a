import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  civilDay,
  DAY_MS,
  daysBetween,
  easterSunday,
  formatDay,
  lastWeekday,
  nthWeekday,
  parseDay,
  WEEKDAY,
  weekdayOf,
} from '../../../domain/market/civil-day.ts';
import {
  newYorkDayAt,
  newYorkInstant,
  newYorkOffsetMs,
} from '../../../domain/market/new-york-time.ts';

const HOUR_MS = 3_600_000;
const SINCE_MS = Date.parse('2007-01-01T00:00:00Z');
const UNTIL_MS = Date.parse('2038-01-01T00:00:00Z');

const clocks = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'medium',
});
/** The zone data that Node brings along. */
const offsetByZoneData = (ms: number): number =>
  Date.parse(`${clocks.format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000;

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
    expect(new Date(newYorkInstant(parseDay('2026-11-01'), 90)).toISOString()).toBe(
      '2026-11-01T05:30:00.000Z',
    );
    expect(new Date(newYorkInstant(parseDay('2026-03-08'), 150)).toISOString()).toBe(
      '2026-03-08T07:30:00.000Z',
    );
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

  it.each(['2026-02-30', '2026-13-01', '2026-1-1', '2026', ' 2026-01-01', '2026-01-01T00:00Z', ''])(
    'is not read from %j',
    (text) => {
      expect(() => parseDay(text)).toThrow(
        new RangeError(`A date has the form YYYY-MM-DD, not ${JSON.stringify(text)}`),
      );
    },
  );

  it('of each weekday is found from the first and from the last of a month', () => {
    for (let month = 1; month <= 12; month++) {
      const days = daysBetween(civilDay(2026, month, 1), civilDay(2026, month + 1, 1) - 1);
      for (const weekday of Object.values(WEEKDAY)) {
        const such = days.filter((day) => weekdayOf(day) === weekday);
        expect(such.map((_, index) => nthWeekday(2026, month, weekday, index + 1))).toEqual(such);
        expect(lastWeekday(2026, month, weekday)).toBe(such.at(-1));
      }
    }
  });

  it('is Easter Sunday by another algorithm too, in every year of the Gregorian calendar', () => {
    for (let year = 1583; year <= 9999; year++)
      expect(easterSunday(year), String(year)).toBe(easterByKnuth(year));
  });
});

/** D. Knuth, "The Art of Computer Programming", volume 1, exercise 1.3.2-14. */
function easterByKnuth(year: number): number {
  const golden = (year % 19) + 1;
  const century = Math.floor(year / 100) + 1;
  const leapsDropped = Math.floor((3 * century) / 4) - 12;
  const moon = Math.floor((8 * century + 5) / 25) - 5;
  const sunday = Math.floor((5 * year) / 4) - leapsDropped - 10;
  let epact = (((11 * golden + 20 + moon - leapsDropped) % 30) + 30) % 30;
  if (epact === 24 || (epact === 25 && golden > 11)) epact += 1;
  const fullMoon = 44 - epact + (44 - epact < 21 ? 30 : 0);
  return civilDay(year, 3, fullMoon + 7 - ((sunday + fullMoon) % 7));
}
