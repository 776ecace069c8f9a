import { HubError } from '../../contracts/errors.ts';
import type { PortfolioReader } from '../../contracts/ports/portfolio-reader.ts';
import type { PortfolioUseCases } from '../use-cases.ts';
import { toBalance } from './balance.ts';

/** The cash of the caller's account. Throws `DATABASE_UNAVAILABLE`; `NOT_FOUND` when the account is gone. */
export function createGetBalance(deps: { portfolio: Pick<PortfolioReader, 'readCash'> }): PortfolioUseCases['getBalance'] {
  return async (caller) => {
    const cash = await deps.portfolio.readCash(caller.accountId);
    if (!cash) throw new HubError('NOT_FOUND', {}, { detail: 'There is no such account' });
    return toBalance(cash);
  };
}
