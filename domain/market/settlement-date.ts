import type { TradingCalendar, TradingSession } from './calendar.ts';
import { formatDay, parseDay } from './civil-day.ts';

/** Longer than any stretch without a session. */
const CLOSED_DAYS_MAX = 14;

/** The market's own dates, `YYYY-MM-DD`. */
export interface SettlementDates {
  tradeDate: string;
  settlementDate: string;
}

/**
 * When a trade counts as made and when cash and shares change hands for it: T+1, the date of the
 * next session after the trade date (SEC Rule 15c6-1(a), in force since 2024-05-28). The trade date
 * is that of the session the trade was made in; one reported between sessions counts to the session
 * before, or to the next where none before is known. A RangeError where the market's days are not
 * known.
 */
export function settlementDates(calendar: TradingCalendar, executedAtMs: number): SettlementDates {
  const session =
    calendar.sessionAt(executedAtMs) ??
    sessionBefore(calendar, executedAtMs) ??
    calendar.nextSession(executedAtMs);
  const next = calendar.nextSession(session.opensAt);
  return {
    tradeDate: calendar.dateAt(session.opensAt),
    settlementDate: calendar.dateAt(next.opensAt),
  };
}

function sessionBefore(calendar: TradingCalendar, ms: number): TradingSession | undefined {
  const today = parseDay(calendar.dateAt(ms));
  const from = Math.max(today - CLOSED_DAYS_MAX, parseDay(calendar.firstDate));
  return calendar
    .sessionsBetween(formatDay(from), formatDay(today))
    .findLast((session) => session.opensAt <= ms);
}
