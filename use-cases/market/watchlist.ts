import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type {
  WatchlistChange,
  WatchlistItem,
  WatchlistStore,
} from '../../contracts/market/instruments.ts';
import { assertNever } from '../../domain/assert-never.ts';

interface WatchlistDeps {
  watchlists: WatchlistStore;
}

/** The caller's watchlist by symbol. Throws `DATABASE_UNAVAILABLE`, as all of these. */
export const listWatchlist = (
  { watchlists }: WatchlistDeps,
  caller: Caller,
): Promise<WatchlistItem[]> => watchlists.listItems(caller.accountId);

/**
 * Makes the caller's watchlist exactly these symbols, all or nothing. Throws `INSTRUMENT_NOT_FOUND`
 * with the unknown `symbols`.
 */
export async function replaceWatchlist(
  { watchlists }: WatchlistDeps,
  caller: Caller,
  symbols: readonly string[],
): Promise<WatchlistItem[]> {
  return itemsOrThrow(await watchlists.replaceItems(caller.accountId, [...new Set(symbols)]));
}

/** Adding twice is adding once. Throws `INSTRUMENT_NOT_FOUND`. */
export async function addToWatchlist(
  { watchlists }: WatchlistDeps,
  caller: Caller,
  symbol: string,
): Promise<WatchlistItem[]> {
  return itemsOrThrow(await watchlists.addItem(caller.accountId, symbol));
}

/** What is not on the list is no error. */
export const removeFromWatchlist = (
  { watchlists }: WatchlistDeps,
  caller: Caller,
  symbol: string,
): Promise<WatchlistItem[]> => watchlists.removeItem(caller.accountId, symbol);

/**
 * The list that was written, or `INSTRUMENT_NOT_FOUND` with the symbols that are no instruments.
 */
function itemsOrThrow(change: WatchlistChange): WatchlistItem[] {
  switch (change.outcome) {
    case 'WRITTEN':
      return change.items;
    case 'UNKNOWN_SYMBOLS':
      throw new HubError('INSTRUMENT_NOT_FOUND', { symbols: change.symbols });
    default:
      return assertNever(change);
  }
}
