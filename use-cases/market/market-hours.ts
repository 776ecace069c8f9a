import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { InstrumentStore } from '../../contracts/market/instruments.ts';
import type { TradingSessions } from '../../contracts/market/trading-sessions.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { DAY_MS, formatDay, parseDay } from '../../domain/market/civil-day.ts';
import { instrumentCalendar } from '../../domain/market/instrument-calendar.ts';

export interface MarketHoursDeps {
  /** The market's. */
  calendar: TradingCalendar;
  instruments: Pick<InstrumentStore, 'findInstrument'>;
  sessions: Pick<TradingSessions, 'listSessions'>;
  clock: Clock;
}

/** Times are RFC 3339 in UTC. */
export interface MarketClock {
  timestamp: string;
  isOpen: boolean;
  nextOpen: string;
  nextClose: string;
}

/** A date on which the market trades, `YYYY-MM-DD`, and its hours in UTC. */
export interface MarketDay {
  date: string;
  open: string;
  close: string;
  isEarlyClose: boolean;
}

/** How far around now an instrument's own sessions can matter. */
const DAYS_BEFORE = 2;
const DAYS_AFTER = 14;

const LISTED_DAYS_MAX = 366;
const DEFAULT_DAYS_AHEAD = 30;

/**
 * Whether the market, or one instrument, is open, and when that changes next: while it is open
 * `nextClose` comes before `nextOpen`. For a symbol: `INSTRUMENT_NOT_FOUND` and
 * `DATABASE_UNAVAILABLE`.
 */
export async function getClock(deps: MarketHoursDeps, symbol: string | null): Promise<MarketClock> {
  const nowMs = deps.clock();
  const today = Math.floor(nowMs / DAY_MS);
  const from = formatDay(today - DAYS_BEFORE);
  const hours = await hoursOf(deps, symbol, from, formatDay(today + DAYS_AFTER));
  const session = hours.sessionAt(nowMs);
  const next = hours.nextSession(nowMs);
  return {
    timestamp: new Date(nowMs).toISOString(),
    isOpen: session !== null,
    nextOpen: new Date(next.opensAt).toISOString(),
    nextClose: new Date((session ?? next).closesAt).toISOString(),
  };
}

/**
 * The sessions of the market, or of one instrument, by date; null: from today, to 30 days after the
 * start. Throws as {@link getClock}, and `VALIDATION_FAILED` for dates in the wrong order, too far
 * apart, or not in the calendar.
 */
export async function listCalendar(
  deps: MarketHoursDeps,
  request: { start: string | null; end: string | null; symbol: string | null },
): Promise<MarketDay[]> {
  const { calendar, clock } = deps;
  const start = knownDate(calendar, 'start', request.start ?? calendar.dateAt(clock()));
  const end =
    request.end === null ? defaultEnd(calendar, start) : knownDate(calendar, 'end', request.end);
  if (end < start)
    throw wrongDate('end', 'must not be before start, which is today unless it is given');
  if (parseDay(end) - parseDay(start) >= LISTED_DAYS_MAX)
    throw wrongDate('end', `must be less than ${LISTED_DAYS_MAX} days after start`);
  const hours = await hoursOf(deps, request.symbol, start, end);
  return hours.sessionsBetween(start, end).map(({ date, opensAt, closesAt, isEarlyClose }) => ({
    date,
    open: new Date(opensAt).toISOString(),
    close: new Date(closesAt).toISOString(),
    isEarlyClose,
  }));
}

/**
 * The calendar that an instrument trades by, right from `fromDate` to `toDate`; the market's for no
 * instrument.
 */
async function hoursOf(
  { calendar, instruments, sessions }: MarketHoursDeps,
  symbol: string | null,
  fromDate: string,
  toDate: string,
): Promise<TradingCalendar> {
  if (symbol === null) return calendar;
  const [instrument, own] = await Promise.all([
    instruments.findInstrument(symbol),
    sessions.listSessions(symbol, fromDate, toDate),
  ]);
  if (!instrument) throw new HubError('INSTRUMENT_NOT_FOUND', { symbol });
  return instrumentCalendar(
    calendar,
    own.map(({ date, opensAt, closesAt }) => ({
      date,
      opensAt: Date.parse(opensAt),
      closesAt: Date.parse(closesAt),
    })),
  );
}

const defaultEnd = (calendar: TradingCalendar, start: string): string =>
  formatDay(Math.min(parseDay(start) + DEFAULT_DAYS_AHEAD, parseDay(calendar.lastDate)));

/** Dates as `YYYY-MM-DD` are in order as text. */
function knownDate(calendar: TradingCalendar, field: 'start' | 'end', date: string): string {
  const { firstDate, lastDate } = calendar;
  if (firstDate <= date && date <= lastDate) return date;
  throw wrongDate(field, `must be from ${firstDate} to ${lastDate}`);
}

const wrongDate = (field: 'start' | 'end', detail: string): HubError =>
  new HubError('VALIDATION_FAILED', { field }, { detail });
