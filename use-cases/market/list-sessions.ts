import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { formatDay, parseDay } from '../../domain/calendar/civil-day.ts';
import type { MarketUseCases } from '../use-cases.ts';
import type { HoursOf } from './instrument-hours.ts';

const DAYS_MAX = 366;
const DEFAULT_DAYS_AHEAD = 30;

export interface ListSessionsDeps {
  calendar: TradingCalendar;
  clock: Clock;
  hoursOf: HoursOf;
}

/** The sessions of the market, or of one instrument, by date. Throws `VALIDATION_FAILED` for dates in the wrong order, too far apart, or not in the calendar. */
export function createListSessions({ calendar, clock, hoursOf }: ListSessionsDeps): MarketUseCases['listCalendar'] {
  return async (request) => {
    const start = knownDate(calendar, 'start', request.start ?? calendar.dateAt(clock()));
    const end = request.end === null ? defaultEnd(calendar, start) : knownDate(calendar, 'end', request.end);
    if (end < start) throw wrongDate('end', 'must not be before start, which is today unless it is given');
    if (parseDay(end) - parseDay(start) >= DAYS_MAX) throw wrongDate('end', `must be less than ${DAYS_MAX} days after start`);
    const hours = await hoursOf(request.symbol, start, end);
    return hours.sessionsBetween(start, end).map(({ date, opensAt, closesAt, isEarlyClose }) => ({
      date,
      open: new Date(opensAt).toISOString(),
      close: new Date(closesAt).toISOString(),
      isEarlyClose,
    }));
  };
}

const defaultEnd = (calendar: TradingCalendar, start: string): string =>
  formatDay(Math.min(parseDay(start) + DEFAULT_DAYS_AHEAD, parseDay(calendar.lastDate)));

/** Dates as `YYYY-MM-DD` are in order as text. */
function knownDate(calendar: TradingCalendar, field: 'start' | 'end', date: string): string {
  const { firstDate, lastDate } = calendar;
  if (firstDate <= date && date <= lastDate) return date;
  throw wrongDate(field, `must be from ${firstDate} to ${lastDate}`);
}

const wrongDate = (field: 'start' | 'end', detail: string): HubError => new HubError('VALIDATION_FAILED', { field }, { detail });
