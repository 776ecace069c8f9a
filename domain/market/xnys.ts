import type { DatedSession, TradingCalendar } from './calendar.ts';
import {
  type CivilDay,
  civilDay,
  daysBetween,
  formatDay,
  parseDay,
  WEEKDAY,
  weekdayOf,
} from './civil-day.ts';
import { newYorkDayAt, newYorkInstant } from './new-york-time.ts';
import { xnysClosures } from './xnys-holidays.ts';

const FIRST_YEAR = 2020;
const LAST_YEAR = 2030;
const FIRST_DAY = civilDay(FIRST_YEAR, 1, 1);
const LAST_DAY = civilDay(LAST_YEAR, 12, 31);

/** Minutes of New York's day. */
const OPENS_AT = 9 * 60 + 30;
const CLOSES_AT = 16 * 60;
const CLOSES_EARLY_AT = 13 * 60;

const CLOSURES = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, index) =>
  xnysClosures(FIRST_YEAR + index),
);
const CLOSED = new Set(CLOSURES.flatMap(({ closed }) => [...closed]));
const EARLY_CLOSES = new Set(CLOSURES.flatMap(({ earlyCloses }) => [...earlyCloses]));

/**
 * The regular sessions of the New York Stock Exchange (MIC XNYS) from 2020 to 2030: 09:30 to 16:00
 * in New York, to 13:00 on early closes. Every function throws a RangeError for what lies outside
 * of these years.
 */
export const xnysCalendar: TradingCalendar = {
  firstDate: formatDay(FIRST_DAY),
  lastDate: formatDay(LAST_DAY),
  dateAt: (ms) => formatDay(knownDay(newYorkDayAt(ms))),
  sessionAt(ms) {
    const session = sessionOn(newYorkDayAt(ms));
    return session && session.opensAt <= ms && ms < session.closesAt ? session : null;
  },
  nextSession(ms) {
    for (let day = newYorkDayAt(ms); ; day++) {
      const session = sessionOn(day);
      if (session && session.opensAt > ms) return session;
    }
  },
  sessionsBetween(fromDate, toDate) {
    const days = daysBetween(knownDay(parseDay(fromDate)), knownDay(parseDay(toDate)));
    return days.map(sessionOn).filter((session) => session !== null);
  },
};

function sessionOn(day: CivilDay): DatedSession | null {
  const weekday = weekdayOf(knownDay(day));
  if (weekday === WEEKDAY.SATURDAY || weekday === WEEKDAY.SUNDAY || CLOSED.has(day)) return null;
  const isEarlyClose = EARLY_CLOSES.has(day);
  return {
    date: formatDay(day),
    opensAt: newYorkInstant(day, OPENS_AT),
    closesAt: newYorkInstant(day, isEarlyClose ? CLOSES_EARLY_AT : CLOSES_AT),
    isEarlyClose,
  };
}

function knownDay(day: CivilDay): CivilDay {
  if (day >= FIRST_DAY && day <= LAST_DAY) return day;
  throw new RangeError(
    `The sessions of XNYS are known from ${formatDay(FIRST_DAY)} to ${formatDay(LAST_DAY)} only`,
  );
}
