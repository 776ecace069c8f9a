/**
 * One stretch of trading, in epoch milliseconds: open from `opensAt` (inclusive) to `closesAt`
 * (exclusive).
 */
export interface TradingSession {
  opensAt: number;
  closesAt: number;
}

export interface DatedSession extends TradingSession {
  /** The market's own date, `YYYY-MM-DD`. */
  date: string;
  isEarlyClose: boolean;
}

/**
 * When a market trades. Pure: the caller says what time it is. A RangeError where the market's days
 * are not known.
 */
export interface TradingCalendar {
  /** The first and the last date whose sessions are known, `YYYY-MM-DD`. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** The date at the market, `YYYY-MM-DD`. */
  dateAt(ms: number): string;
  /** The session that `ms` falls into; `null` while the market is closed. */
  sessionAt(ms: number): TradingSession | null;
  /** The first session that opens after `ms`. */
  nextSession(ms: number): TradingSession;
  /**
   * The sessions of all dates from `fromDate` to `toDate`, both included, by date; none when
   * `toDate` is the earlier one.
   */
  sessionsBetween(fromDate: string, toDate: string): DatedSession[];
}
