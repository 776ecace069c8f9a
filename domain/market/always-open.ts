import type { TradingCalendar, TradingSession } from './calendar.ts';
import { type CivilDay, DAY_MS, daysBetween, formatDay, parseDay } from './civil-day.ts';

const utcDayAt = (ms: number): CivilDay => Math.floor(ms / DAY_MS);

const sessionOn = (day: CivilDay): TradingSession => ({
  opensAt: day * DAY_MS,
  closesAt: (day + 1) * DAY_MS,
});

/**
 * The UTC day that `ms` (epoch) falls into, as a session: for development, where somebody wants to
 * trade on a Sunday.
 */
export const alwaysOpenSessionAt = (ms: number): TradingSession => sessionOn(utcDayAt(ms));

/** A market that never closes: one session per UTC day, without gaps. */
export const alwaysOpenCalendar: TradingCalendar = {
  firstDate: '1970-01-01',
  // The last day whose end can be written in RFC 3339 is one before the last of the year 9999.
  lastDate: '9999-12-30',
  dateAt: (ms) => formatDay(utcDayAt(ms)),
  sessionAt: alwaysOpenSessionAt,
  nextSession: (ms) => alwaysOpenSessionAt(ms + DAY_MS),
  sessionsBetween: (fromDate, toDate) =>
    daysBetween(parseDay(fromDate), parseDay(toDate)).map((day) => ({
      date: formatDay(day),
      ...sessionOn(day),
      isEarlyClose: false,
    })),
};
