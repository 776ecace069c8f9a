import type { Timestamp } from '../decimal-string.ts';

/**
 * An instrument's own session on a date of its market, `YYYY-MM-DD`: it stands in place of the
 * market's. It opens as it closes when the instrument does not trade on that date.
 */
export interface InstrumentSession {
  date: string;
  opensAt: Timestamp;
  closesAt: Timestamp;
}

/**
 * The sessions in which single instruments depart from their market's calendar. Throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface TradingSessions {
  /**
   * By date, those from `fromDate` to `toDate`, both included. None for a symbol that is not known.
   */
  listSessions(symbol: string, fromDate: string, toDate: string): Promise<InstrumentSession[]>;
  /** Puts the session in place of the one that the instrument has on that date. Audited. */
  setSession(
    symbol: string,
    session: InstrumentSession,
    by: string,
    reason: string,
  ): Promise<'WRITTEN' | 'UNKNOWN_SYMBOL'>;
  /**
   * The market's own session holds again. Audited. `false` when the instrument had none of its own
   * on that date.
   */
  removeSession(symbol: string, date: string, by: string, reason: string): Promise<boolean>;
}
