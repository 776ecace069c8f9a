import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { PortfolioSummary, Position } from '../../contracts/portfolio.ts';
import type { CashBalances, PortfolioReader } from '../../contracts/ports/portfolio-reader.ts';
import { type Decimal, formatCash, ZERO } from '../../domain/money/decimal.ts';
import type { PortfolioUseCases } from '../use-cases.ts';
import { toBalance, totalCash } from './balance.ts';
import type { ReadPrices } from './read-prices.ts';
import { toPosition } from './value-position.ts';

interface SummarizePortfolioDependencies {
  portfolio: Pick<PortfolioReader, 'readPortfolio'>;
  readPrices: ReadPrices;
  clock: Clock;
}

/**
 * Cash and active positions of the caller's account, valued at the last prices: one read of the books and one of the market. Without a
 * price a position stays in the list, its symbol is named in `unpricedSymbols`, and the totals leave it out.
 * Throws `DATABASE_UNAVAILABLE`; `NOT_FOUND` when the account is gone.
 */
export function createSummarizePortfolio(deps: SummarizePortfolioDependencies): PortfolioUseCases['summarizePortfolio'] {
  return async (caller) => {
    const books = await deps.portfolio.readPortfolio(caller.accountId);
    if (!books) throw new HubError('NOT_FOUND', {}, { detail: 'There is no such account' });
    const prices = await deps.readPrices(books.positions);
    const positions = books.positions.map((position) => toPosition(position, prices));
    return { ...summarize(books.cash, positions), asOf: new Date(deps.clock()).toISOString() };
  };
}

/** The totals are sums of the cents that are shown, so that they add up for whoever checks them. */
function summarize(cash: CashBalances, positions: Position[]): Omit<PortfolioSummary, 'asOf'> {
  const unpricedSymbols: string[] = [];
  let totalMarketValue: Decimal = ZERO;
  for (const position of positions) {
    if (position.marketValue === null) unpricedSymbols.push(position.symbol);
    else totalMarketValue = totalMarketValue.plus(position.marketValue);
  }
  return {
    balance: toBalance(cash),
    positions,
    totalMarketValue: formatCash(totalMarketValue),
    equity: formatCash(totalCash(cash).plus(totalMarketValue)),
    unpricedSymbols,
  };
}
