import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { type Caller, operatorName } from '../../contracts/identity/caller.ts';
import type { InstrumentStore } from '../../contracts/market/instruments.ts';
import type {
  InstrumentSession,
  TradingSessions,
} from '../../contracts/market/trading-sessions.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { formatDay, parseDay } from '../../domain/market/civil-day.ts';
import { getInstrument } from './instruments.ts';

/** What operators say of the sessions in which an instrument departs from its market. */
export interface InstrumentSessionsDeps {
  sessions: TradingSessions;
  instruments: Pick<InstrumentStore, 'findInstrument'>;
  /** The market's. */
  calendar: Pick<TradingCalendar, 'dateAt' | 'lastDate'>;
  clock: Clock;
}

const LISTED_DAYS_MAX = 366;
const LAST_DATE = '9999-12-31';

/** Every time zone's day lies within this distance of the date's midnight in UTC. */
const HOURS_FROM_MIDNIGHT_MAX = 36;
const HOUR_MS = 3_600_000;

/**
 * An instrument's own sessions by date; null: from today, to a year after the start. Throws
 * `INSTRUMENT_NOT_FOUND`, `VALIDATION_FAILED` and `DATABASE_UNAVAILABLE`.
 */
export async function listInstrumentSessions(
  deps: InstrumentSessionsDeps,
  symbol: string,
  request: { start: string | null; end: string | null },
): Promise<InstrumentSession[]> {
  const start = request.start ?? deps.calendar.dateAt(deps.clock());
  const latest = Math.min(parseDay(start) + LISTED_DAYS_MAX - 1, parseDay(LAST_DATE));
  const end = request.end ?? formatDay(latest);
  if (end < start)
    throw wrongField('end', 'must not be before start, which is today unless it is given');
  if (parseDay(end) - parseDay(start) >= LISTED_DAYS_MAX)
    throw wrongField('end', `must be less than ${LISTED_DAYS_MAX} days after start`);
  await getInstrument(deps, symbol);
  return deps.sessions.listSessions(symbol, start, end);
}

/**
 * Puts an instrument's own session in place of the market's on one date; one that opens as it
 * closes is a day without trading. Throws `VALIDATION_FAILED` with the field,
 * `INSTRUMENT_NOT_FOUND` and `DATABASE_UNAVAILABLE`.
 */
export async function setSession(
  { sessions, calendar, clock }: Omit<InstrumentSessionsDeps, 'instruments'>,
  operator: Caller,
  symbol: string,
  session: InstrumentSession,
  reason: string,
): Promise<InstrumentSession> {
  checkSession(session, calendar.dateAt(clock()), calendar.lastDate);
  const outcome = await sessions.setSession(symbol, session, operatorName(operator), reason);
  if (outcome === 'UNKNOWN_SYMBOL') throw new HubError('INSTRUMENT_NOT_FOUND', { symbol });
  return session;
}

/**
 * Lets the market's own session hold again. Throws `INSTRUMENT_NOT_FOUND`,
 * `TRADING_SESSION_NOT_FOUND` and `DATABASE_UNAVAILABLE`.
 */
export async function removeSession(
  deps: Pick<InstrumentSessionsDeps, 'sessions' | 'instruments'>,
  operator: Caller,
  symbol: string,
  date: string,
  reason: string,
): Promise<void> {
  if (await deps.sessions.removeSession(symbol, date, operatorName(operator), reason)) return;
  await getInstrument(deps, symbol);
  throw new HubError('TRADING_SESSION_NOT_FOUND', { symbol, date });
}

/** Dates as `YYYY-MM-DD` are in order as text. */
function checkSession(
  { date, opensAt, closesAt }: InstrumentSession,
  today: string,
  lastDate: string,
): void {
  if (date < today) throw wrongField('date', `must not be before today, ${today}`);
  if (date > lastDate)
    throw wrongField(
      'date',
      `must not be after ${lastDate}, the last date that the calendar knows`,
    );
  const midnight = Date.parse(`${date}T00:00:00.000Z`);
  for (const [field, instant] of Object.entries({ opensAt, closesAt })) {
    if (Math.abs(Date.parse(instant) - midnight) > HOURS_FROM_MIDNIGHT_MAX * HOUR_MS) {
      throw wrongField(
        field,
        `must be within ${HOURS_FROM_MIDNIGHT_MAX} hours of ${date}T00:00:00Z`,
      );
    }
  }
  if (Date.parse(closesAt) < Date.parse(opensAt))
    throw wrongField('closesAt', 'must not be before opensAt');
}

const wrongField = (field: string, detail: string): HubError =>
  new HubError('VALIDATION_FAILED', { field }, { detail });
