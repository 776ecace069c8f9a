import type { MarketData, Quotes } from '../../contracts/market/market-data.ts';
import type { Bound } from '../bind.ts';
import { listInstrumentSessions, removeSession, setSession } from './instrument-sessions.ts';
import { getInstrument, listInstruments } from './instruments.ts';
import { getClock, listCalendar } from './market-hours.ts';
import {
  addToWatchlist,
  listWatchlist,
  removeFromWatchlist,
  replaceWatchlist,
} from './watchlist.ts';

interface QuoteDeps {
  marketData: Pick<MarketData, 'getQuotes' | 'invalidateCache' | 'warmCache'>;
}

/** What can be traded, when and at which prices, and what the caller watches. */
export const marketUseCases = {
  listInstruments,
  getInstrument,
  /** Failure: `MARKET_DATA_UNAVAILABLE`, as of the two that follow. */
  getMarketData: ({ marketData }: QuoteDeps, symbols: readonly string[]): Promise<Quotes> =>
    marketData.getQuotes(symbols),
  /** How many cached quotes were forgotten; all when none is named. For operators. */
  invalidateCache: ({ marketData }: QuoteDeps, symbols: readonly string[]): Promise<number> =>
    marketData.invalidateCache(symbols),
  /** How many quotes were read into the cache; all when none is named. For operators. */
  warmCache: ({ marketData }: QuoteDeps, symbols: readonly string[]): Promise<number> =>
    marketData.warmCache(symbols),
  listWatchlist,
  replaceWatchlist,
  addToWatchlist,
  removeFromWatchlist,
  getClock,
  listCalendar,
  listInstrumentSessions,
  setSession,
  removeSession,
};

export type MarketUseCases = Bound<typeof marketUseCases>;
