import type { DecimalString, Timestamp } from '../decimal-string.ts';

/**
 * Prices in USD, sizes in shares. `sequence` grows by one with each quote of the symbol; `time` is
 * when the source made it.
 */
export interface Quote {
  symbol: string;
  bid: DecimalString;
  ask: DecimalString;
  last: DecimalString;
  bidSize: DecimalString;
  askSize: DecimalString;
  sequence: number;
  time: Timestamp;
}

export interface Quotes {
  quotes: Quote[];
  unknownSymbols: string[];
}

/**
 * The market-data service, seen from inside. Every call throws
 * `HubError('MARKET_DATA_UNAVAILABLE')` when no answer can be had within its deadline.
 */
export interface MarketData {
  getQuotes(symbols: readonly string[]): Promise<Quotes>;
  /**
   * Yields the latest quote of each symbol, then each new one, until `signal` aborts. All symbols
   * when none is named.
   */
  streamQuotes(symbols: readonly string[], signal: AbortSignal): AsyncIterable<Quote>;
  /** How many cached quotes were forgotten; all when none is named. */
  invalidateCache(symbols: readonly string[]): Promise<number>;
  /** How many quotes were read into the cache; all when none is named. */
  warmCache(symbols: readonly string[]): Promise<number>;
}
