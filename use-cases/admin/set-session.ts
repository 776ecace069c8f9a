import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { InstrumentSession, TradingSessions } from '../../contracts/ports/trading-sessions.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import type { AdminUseCases } from '../use-cases.ts';
import { operatorName } from './operator-name.ts';

export interface SetSessionDeps {
  sessions: Pick<TradingSessions, 'setSession'>;
  calendar: Pick<TradingCalendar, 'dateAt' | 'lastDate'>;
  clock: Clock;
}

/** Every time zone's day lies within this distance of the date's midnight in UTC. */
const HOURS_FROM_MIDNIGHT_MAX = 36;
const HOUR_MS = 3_600_000;

/**
 * Puts an instrument's own session in place of the market's on one date; one that opens as it closes is a day without trading.
 * Throws `VALIDATION_FAILED` with the field, `INSTRUMENT_NOT_FOUND` and `DATABASE_UNAVAILABLE`.
 */
export function createSetSession({ sessions, calendar, clock }: SetSessionDeps): AdminUseCases['setSession'] {
  return async (operator, symbol, session, reason) => {
    checkSession(session, calendar, calendar.dateAt(clock()));
    const outcome = await sessions.setSession(symbol, session, operatorName(operator), reason);
    if (outcome === 'UNKNOWN_SYMBOL') throw new HubError('INSTRUMENT_NOT_FOUND', { symbol });
    return session;
  };
}

/** Dates as `YYYY-MM-DD` are in order as text. */
function checkSession({ date, opensAt, closesAt }: InstrumentSession, calendar: SetSessionDeps['calendar'], today: string): void {
  const { lastDate } = calendar;
  if (date < today) throw wrongField('date', `must not be before today, ${today}`);
  if (date > lastDate) throw wrongField('date', `must not be after ${lastDate}, the last date that the calendar knows`);
  const midnight = Date.parse(`${date}T00:00:00.000Z`);
  for (const [field, instant] of Object.entries({ opensAt, closesAt })) {
    if (Math.abs(Date.parse(instant) - midnight) > HOURS_FROM_MIDNIGHT_MAX * HOUR_MS) {
      throw wrongField(field, `must be within ${HOURS_FROM_MIDNIGHT_MAX} hours of ${date}T00:00:00Z`);
    }
  }
  if (Date.parse(closesAt) < Date.parse(opensAt)) throw wrongField('closesAt', 'must not be before opensAt');
}

const wrongField = (field: string, detail: string): HubError => new HubError('VALIDATION_FAILED', { field }, { detail });
