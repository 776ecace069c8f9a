import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { InstrumentStore } from '../../contracts/ports/instruments.ts';
import type { TradingSessions } from '../../contracts/ports/trading-sessions.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { formatDay, parseDay } from '../../domain/calendar/civil-day.ts';
import type { AdminUseCases } from '../use-cases.ts';

export interface ListSessionsDeps {
  sessions: Pick<TradingSessions, 'listSessions'>;
  instruments: Pick<InstrumentStore, 'findInstrument'>;
  calendar: Pick<TradingCalendar, 'dateAt'>;
  clock: Clock;
}

const DAYS_MAX = 366;
const LAST_DATE = '9999-12-31';

/** An instrument's own sessions by date. Throws `INSTRUMENT_NOT_FOUND`, `VALIDATION_FAILED` and `DATABASE_UNAVAILABLE`. */
export function createListSessions({ sessions, instruments, calendar, clock }: ListSessionsDeps): AdminUseCases['listSessions'] {
  return async (symbol, request) => {
    const start = request.start ?? calendar.dateAt(clock());
    const end = request.end ?? formatDay(Math.min(parseDay(start) + DAYS_MAX - 1, parseDay(LAST_DATE)));
    if (end < start) throw wrongEnd('must not be before start, which is today unless it is given');
    if (parseDay(end) - parseDay(start) >= DAYS_MAX) throw wrongEnd(`must be less than ${DAYS_MAX} days after start`);
    if (!(await instruments.findInstrument(symbol))) throw new HubError('INSTRUMENT_NOT_FOUND', { symbol });
    return sessions.listSessions(symbol, start, end);
  };
}

const wrongEnd = (detail: string): HubError => new HubError('VALIDATION_FAILED', { field: 'end' }, { detail });
