import type { WatchlistStore } from '../../contracts/ports/instruments.ts';
import type { MarketUseCases } from '../use-cases.ts';
import { itemsOrThrow } from './watchlist-change.ts';

/** Makes the caller's watchlist exactly these symbols, all or nothing. Throws `INSTRUMENT_NOT_FOUND` with the unknown `symbols`, and `DATABASE_UNAVAILABLE`. */
export function createReplaceWatchlist(deps: { watchlists: Pick<WatchlistStore, 'replaceItems'> }): MarketUseCases['replaceWatchlist'] {
  return async (caller, symbols) => itemsOrThrow(await deps.watchlists.replaceItems(caller.accountId, [...new Set(symbols)]));
}
