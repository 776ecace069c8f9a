import { HubError } from '../../contracts/errors.ts';
import type { WatchlistItem } from '../../contracts/portfolio.ts';
import type { WatchlistChange } from '../../contracts/ports/instruments.ts';
import { assertNever } from '../../domain/assert-never.ts';

/** The list that was written, or `INSTRUMENT_NOT_FOUND` with the symbols that are no instruments. */
export function itemsOrThrow(change: WatchlistChange): WatchlistItem[] {
  switch (change.outcome) {
    case 'WRITTEN':
      return change.items;
    case 'UNKNOWN_SYMBOLS':
      throw new HubError('INSTRUMENT_NOT_FOUND', { symbols: change.symbols });
    default:
      return assertNever(change);
  }
}
