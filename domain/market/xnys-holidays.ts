import {
  type CivilDay,
  civilDay,
  easterSunday,
  lastWeekday,
  nthWeekday,
  parseDay,
  WEEKDAY,
  weekdayOf,
} from './civil-day.ts';

const { SUNDAY, MONDAY, THURSDAY, SATURDAY } = WEEKDAY;

/** The first year in which the exchange kept Juneteenth. */
const JUNETEENTH_SINCE = 2022;

/** Days on which the exchange stayed closed for one occasion. */
const SPECIAL_CLOSURES: readonly CivilDay[] = [
  parseDay('2025-01-09'), // National Day of Mourning for James Earl Carter, Jr.
];

export interface Closures {
  /** No trading all day. May name a Saturday or a Sunday, never needs to. */
  closed: ReadonlySet<CivilDay>;
  /** Trading ends at 13:00, if there is any on that day. */
  earlyCloses: ReadonlySet<CivilDay>;
}

/**
 * The holidays of the New York Stock Exchange in a year (NYSE Rule 7.2, and its early closes of
 * 13:00), from 2020 on. A holiday on a Saturday is kept on the Friday before, one on a Sunday on
 * the Monday after.
 */
export function xnysClosures(year: number): Closures {
  const thanksgiving = nthWeekday(year, 11, THURSDAY, 4);
  const closed = [
    ...newYearsDay(year),
    nthWeekday(year, 1, MONDAY, 3), // Martin Luther King, Jr. Day
    nthWeekday(year, 2, MONDAY, 3), // Washington's Birthday
    easterSunday(year) - 2, // Good Friday
    lastWeekday(year, 5, MONDAY), // Memorial Day
    ...(year >= JUNETEENTH_SINCE ? [observed(civilDay(year, 6, 19))] : []),
    observed(civilDay(year, 7, 4)),
    nthWeekday(year, 9, MONDAY, 1), // Labor Day
    thanksgiving,
    observed(civilDay(year, 12, 25)),
    ...SPECIAL_CLOSURES,
  ];
  return {
    closed: new Set(closed),
    earlyCloses: new Set([civilDay(year, 7, 3), thanksgiving + 1, civilDay(year, 12, 24)]),
  };
}

/**
 * Kept on no other day when it is a Saturday: the last day of a year is for closing the books, so
 * the exchange trades on it.
 */
function newYearsDay(year: number): CivilDay[] {
  const day = civilDay(year, 1, 1);
  return weekdayOf(day) === SATURDAY ? [] : [observed(day)];
}

function observed(holiday: CivilDay): CivilDay {
  switch (weekdayOf(holiday)) {
    case SATURDAY:
      return holiday - 1;
    case SUNDAY:
      return holiday + 1;
    default:
      return holiday;
  }
}
