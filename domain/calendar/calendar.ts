/** One stretch of trading, in epoch milliseconds: open from `opensAt` (inclusive) to `closesAt` (exclusive). */
export interface TradingSession {
  opensAt: number;
  closesAt: number;
}

/** When a market trades. Pure: the caller says what time it is. */
export interface TradingCalendar {
  /** The session that `ms` falls into; `null` while the market is closed. */
  sessionAt(ms: number): TradingSession | null;
  /** The first session that opens after `ms`. */
  nextSession(ms: number): TradingSession;
}
