import type { WatchlistStore } from '../../contracts/ports/instruments.ts';
import type { MarketUseCases } from '../use-cases.ts';
import { itemsOrThrow } from './watchlist-change.ts';

/** Puts a symbol on the caller's watchlist; adding twice is adding once. Throws `INSTRUMENT_NOT_FOUND` and `DATABASE_UNAVAILABLE`. */
export function createAddToWatchlist(deps: { watchlists: Pick<WatchlistStore, 'addItem'> }): MarketUseCases['addToWatchlist'] {
  return async (caller, symbol) => itemsOrThrow(await deps.watchlists.addItem(caller.accountId, symbol));
}
