/**
 * A calendar date as the number of days since 1970-01-01: dates are counted without a time zone.
 */
export type CivilDay = number;

export const DAY_MS = 86_400_000;

/** Days of the week, Sunday first, as `Date` counts them. */
export const WEEKDAY = { SUNDAY: 0, MONDAY: 1, THURSDAY: 4, FRIDAY: 5, SATURDAY: 6 } as const;

/** `month` is 1 to 12; a month of 13 is January of the year after. */
export const civilDay = (year: number, month: number, dayOfMonth: number): CivilDay =>
  Date.UTC(year, month - 1, dayOfMonth) / DAY_MS;

/** `YYYY-MM-DD`. */
export const formatDay = (day: CivilDay): string =>
  new Date(day * DAY_MS).toISOString().slice(0, 10);

/**
 * Reads `YYYY-MM-DD`. Throws a RangeError for another form, and for a date that no calendar has, as
 * 2026-02-30.
 */
export function parseDay(date: string): CivilDay {
  const day = Date.parse(date) / DAY_MS;
  if (Number.isNaN(day) || formatDay(day) !== date)
    throw new RangeError(`A date has the form YYYY-MM-DD, not ${JSON.stringify(date)}`);
  return day;
}

/** All days from `first` to `last`, both included. */
export const daysBetween = (first: CivilDay, last: CivilDay): CivilDay[] =>
  Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);

const daysAfter = (from: number, to: number): number => (((to - from) % 7) + 7) % 7;

/** One of {@link WEEKDAY}'s numbers; 1970-01-01 was a Thursday. */
export const weekdayOf = (day: CivilDay): number => daysAfter(-WEEKDAY.THURSDAY, day);

/** The n-th such weekday of a month, counted from 1. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): CivilDay {
  const first = civilDay(year, month, 1);
  return first + daysAfter(weekdayOf(first), weekday) + 7 * (nth - 1);
}

export function lastWeekday(year: number, month: number, weekday: number): CivilDay {
  const last = civilDay(year, month + 1, 1) - 1;
  return last - daysAfter(weekday, weekdayOf(last));
}

/** Easter Sunday of the Gregorian calendar (J. Meeus, "Astronomical Algorithms", chapter 8). */
export function easterSunday(year: number): CivilDay {
  const goldenIndex = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const moonCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * goldenIndex + century - Math.floor(century / 4) - moonCorrection + 15) % 30;
  const toSunday =
    (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const lateMoon = Math.floor((goldenIndex + 11 * epact + 22 * toSunday) / 451);
  const daysFromMarch = epact + toSunday - 7 * lateMoon + 22;
  return civilDay(year, 3, daysFromMarch);
}
