import type { PortfolioReader } from '../../contracts/ports/portfolio-reader.ts';
import type { PortfolioUseCases } from '../use-cases.ts';
import type { ReadPrices } from './read-prices.ts';
import { toPosition } from './value-position.ts';

interface ListPositionsDependencies {
  portfolio: Pick<PortfolioReader, 'listPositions'>;
  readPrices: ReadPrices;
}

/** The caller's positions by symbol, the active ones valued live; closed ones only when asked for. Throws `DATABASE_UNAVAILABLE`. */
export function createListPositions(deps: ListPositionsDependencies): PortfolioUseCases['listPositions'] {
  return async (caller, includeClosed) => {
    const stored = await deps.portfolio.listPositions(caller.accountId, includeClosed);
    const prices = await deps.readPrices(stored);
    return stored.map((position) => toPosition(position, prices));
  };
}
