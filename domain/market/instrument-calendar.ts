import type { DatedSession, TradingCalendar, TradingSession } from './calendar.ts';
import { formatDay, parseDay } from './civil-day.ts';

/** A session that an instrument has for itself; it opens as it closes on a date without trading. */
export type OwnSession = Pick<DatedSession, 'date' | 'opensAt' | 'closesAt'>;

/**
 * The market's calendar with an instrument's own sessions: each stands in place of the market's
 * session of its date, also where the market has none. A session may reach beyond its date; where
 * two are open at once, the instrument's own counts. Dates that the market does not know stay
 * unknown: a RangeError, as everywhere in the market's calendar.
 */
export function instrumentCalendar(
  market: TradingCalendar,
  own: readonly OwnSession[],
): TradingCalendar {
  const known = own.filter(({ date }) => market.firstDate <= date && date <= market.lastDate);
  if (known.length === 0) return market;
  const byDate = new Map(known.map((session) => [session.date, session]));
  const ownSessions = [...byDate.values()].filter(isTrading).sort((a, b) => a.opensAt - b.opensAt);
  const lastDay = parseDay(market.lastDate);

  const ofMarket = (session: TradingSession | null): TradingSession | null =>
    session && !byDate.has(market.dateAt(session.opensAt)) ? session : null;

  return {
    firstDate: market.firstDate,
    lastDate: market.lastDate,
    dateAt: (ms) => market.dateAt(ms),
    sessionAt(ms) {
      const session = ownSessions.find(({ opensAt, closesAt }) => opensAt <= ms && ms < closesAt);
      return session ? hoursOf(session) : ofMarket(market.sessionAt(ms));
    },
    nextSession(ms) {
      const ownNext = ownSessions.find(({ opensAt }) => opensAt > ms);
      const marketNext = nextOfMarket(ms);
      if (ownNext && !(marketNext && marketNext.opensAt < ownNext.opensAt)) return hoursOf(ownNext);
      if (marketNext) return marketNext;
      throw new RangeError(`The sessions are known to ${market.lastDate} only`);
    },
    sessionsBetween(fromDate, toDate) {
      const sessions = market.sessionsBetween(fromDate, toDate);
      const inRange = ownSessions.filter(({ date }) => fromDate <= date && date <= toDate);
      return [
        ...sessions.filter(({ date }) => !byDate.has(date)),
        ...inRange.map((session) => ({ ...session, isEarlyClose: closesEarly(session) })),
      ].sort((a, b) => (a.date < b.date ? -1 : 1));
    },
  };

  /**
   * `null` when the market knows of no more. Dates are looked at one by one: the market's own word
   * may be about one that is replaced.
   */
  function nextOfMarket(ms: number): TradingSession | null {
    for (let day = parseDay(market.dateAt(ms)); day <= lastDay; day++) {
      const date = formatDay(day);
      const session = byDate.has(date) ? undefined : market.sessionsBetween(date, date)[0];
      if (session && session.opensAt > ms) return hoursOf(session);
    }
    return null;
  }

  /** Before the market does on that date, or with it when that is early already. */
  function closesEarly({ date, closesAt }: OwnSession): boolean {
    const session = market.sessionsBetween(date, date)[0];
    if (!session) return false;
    return closesAt < session.closesAt || (session.isEarlyClose && closesAt === session.closesAt);
  }
}

const isTrading = ({ opensAt, closesAt }: TradingSession): boolean => opensAt < closesAt;

const hoursOf = ({ opensAt, closesAt }: TradingSession): TradingSession => ({ opensAt, closesAt });
