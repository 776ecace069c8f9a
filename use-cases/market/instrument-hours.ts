import { HubError } from '../../contracts/errors.ts';
import type { InstrumentStore } from '../../contracts/ports/instruments.ts';
import type { TradingSessions } from '../../contracts/ports/trading-sessions.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { instrumentCalendar } from '../../domain/calendar/instrument-calendar.ts';

/** The calendar that an instrument trades by, right from `fromDate` to `toDate`; the market's for no instrument. */
export type HoursOf = (symbol: string | null, fromDate: string, toDate: string) => Promise<TradingCalendar>;

export interface InstrumentHoursDeps {
  calendar: TradingCalendar;
  instruments: Pick<InstrumentStore, 'findInstrument'>;
  sessions: Pick<TradingSessions, 'listSessions'>;
}

/** Throws `INSTRUMENT_NOT_FOUND` and `DATABASE_UNAVAILABLE`, both only for a symbol. */
export function createInstrumentHours({ calendar, instruments, sessions }: InstrumentHoursDeps): HoursOf {
  return async (symbol, fromDate, toDate) => {
    if (symbol === null) return calendar;
    const [instrument, own] = await Promise.all([instruments.findInstrument(symbol), sessions.listSessions(symbol, fromDate, toDate)]);
    if (!instrument) throw new HubError('INSTRUMENT_NOT_FOUND', { symbol });
    return instrumentCalendar(
      calendar,
      own.map(({ date, opensAt, closesAt }) => ({ date, opensAt: Date.parse(opensAt), closesAt: Date.parse(closesAt) })),
    );
  };
}
