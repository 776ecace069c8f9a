import type { Timestamp } from '../decimal-string.ts';

export interface Instrument {
  symbol: string;
  name: string;
  exchange: string;
  currency: 'USD';
  tradable: boolean;
  fractionable: boolean;
}

export interface WatchlistItem {
  symbol: string;
  addedAt: Timestamp;
}

/**
 * What can be traded. Every call throws `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface InstrumentStore {
  /** By symbol, those after `afterSymbol` (from the first when null), at most `limit`. */
  listInstruments(afterSymbol: string | null, limit: number): Promise<Instrument[]>;
  findInstrument(symbol: string): Promise<Instrument | null>;
}

/**
 * The watchlist as it then stands, or the symbols that are no instruments; then nothing was
 * written.
 */
export type WatchlistChange =
  | { outcome: 'WRITTEN'; items: WatchlistItem[] }
  | { outcome: 'UNKNOWN_SYMBOLS'; symbols: string[] };

/**
 * One watchlist an account, by symbol. Every call throws `HubError('DATABASE_UNAVAILABLE')` when
 * there is no answer.
 */
export interface WatchlistStore {
  listItems(accountId: string): Promise<WatchlistItem[]>;
  /**
   * All or nothing. A symbol that stays keeps the time it was added at. Replacements of one list
   * take turns.
   */
  replaceItems(accountId: string, symbols: readonly string[]): Promise<WatchlistChange>;
  /** Adding twice is adding once. */
  addItem(accountId: string, symbol: string): Promise<WatchlistChange>;
  /** What is not on the list is no error. */
  removeItem(accountId: string, symbol: string): Promise<WatchlistItem[]>;
}
