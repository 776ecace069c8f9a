import type { Clock } from '../../contracts/clock.ts';
import type { InstrumentStore, WatchlistStore } from '../../contracts/ports/instruments.ts';
import type { MarketData } from '../../contracts/ports/market-data.ts';
import type { TradingSessions } from '../../contracts/ports/trading-sessions.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import type { MarketUseCases } from '../use-cases.ts';
import { createAddToWatchlist } from './add-to-watchlist.ts';
import { createGetClock } from './get-clock.ts';
import { createGetInstrument } from './get-instrument.ts';
import { createInstrumentHours } from './instrument-hours.ts';
import { createListInstruments } from './list-instruments.ts';
import { createListSessions } from './list-sessions.ts';
import { createReplaceWatchlist } from './replace-watchlist.ts';

interface MarketDependencies {
  instruments: InstrumentStore;
  watchlists: WatchlistStore;
  marketData: Pick<MarketData, 'getQuotes' | 'invalidateCache' | 'warmCache'>;
  sessions: Pick<TradingSessions, 'listSessions'>;
  calendar: TradingCalendar;
  clock: Clock;
}

/** What can be traded, when and at which prices, and what the caller watches. */
export function createMarketUseCases(deps: MarketDependencies): MarketUseCases {
  const { instruments, watchlists, marketData, calendar, clock, sessions } = deps;
  const hours = { calendar, clock, hoursOf: createInstrumentHours({ calendar, instruments, sessions }) };
  return {
    listInstruments: createListInstruments({ instruments }),
    getInstrument: createGetInstrument({ instruments }),
    getMarketData: (symbols) => marketData.getQuotes(symbols),
    listWatchlist: (caller) => watchlists.listItems(caller.accountId),
    replaceWatchlist: createReplaceWatchlist({ watchlists }),
    addToWatchlist: createAddToWatchlist({ watchlists }),
    removeFromWatchlist: (caller, symbol) => watchlists.removeItem(caller.accountId, symbol),
    invalidateCache: (symbols) => marketData.invalidateCache(symbols),
    warmCache: (symbols) => marketData.warmCache(symbols),
    getClock: createGetClock(hours),
    listCalendar: createListSessions(hours),
  };
}
