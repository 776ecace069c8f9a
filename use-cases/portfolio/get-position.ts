import { HubError } from '../../contracts/errors.ts';
import type { PortfolioReader } from '../../contracts/ports/portfolio-reader.ts';
import type { PortfolioUseCases } from '../use-cases.ts';
import type { ReadPrices } from './read-prices.ts';
import { toPosition } from './value-position.ts';

interface GetPositionDependencies {
  portfolio: Pick<PortfolioReader, 'findPosition'>;
  readPrices: ReadPrices;
}

/** One position of the caller, also a closed one. Throws `POSITION_NOT_FOUND` for a symbol never held, and `DATABASE_UNAVAILABLE`. */
export function createGetPosition(deps: GetPositionDependencies): PortfolioUseCases['getPosition'] {
  return async (caller, symbol) => {
    const stored = await deps.portfolio.findPosition(caller.accountId, symbol);
    if (!stored) throw new HubError('POSITION_NOT_FOUND', { symbol });
    return toPosition(stored, await deps.readPrices([stored]));
  };
}
