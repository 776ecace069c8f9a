import type { InstrumentStore, WatchlistStore } from '../../contracts/ports/instruments.ts';
import type { MarketData } from '../../contracts/ports/market-data.ts';
import type { MarketUseCases } from '../use-cases.ts';
import { createAddToWatchlist } from './add-to-watchlist.ts';
import { createGetInstrument } from './get-instrument.ts';
import { createListInstruments } from './list-instruments.ts';
import { createReplaceWatchlist } from './replace-watchlist.ts';

interface MarketDependencies {
  instruments: InstrumentStore;
  watchlists: WatchlistStore;
  marketData: Pick<MarketData, 'getQuotes' | 'invalidateCache' | 'warmCache'>;
}

/** When the market trades is apart: it needs the calendar and the clock alone. */
type InstrumentUseCases = Omit<MarketUseCases, 'getClock' | 'listCalendar'>;

/** What can be traded, at which prices, and what the caller watches. */
export const createMarketUseCases = ({ instruments, watchlists, marketData }: MarketDependencies): InstrumentUseCases => ({
  listInstruments: createListInstruments({ instruments }),
  getInstrument: createGetInstrument({ instruments }),
  getMarketData: (symbols) => marketData.getQuotes(symbols),
  listWatchlist: (caller) => watchlists.listItems(caller.accountId),
  replaceWatchlist: createReplaceWatchlist({ watchlists }),
  addToWatchlist: createAddToWatchlist({ watchlists }),
  removeFromWatchlist: (caller, symbol) => watchlists.removeItem(caller.accountId, symbol),
  invalidateCache: (symbols) => marketData.invalidateCache(symbols),
  warmCache: (symbols) => marketData.warmCache(symbols),
});
