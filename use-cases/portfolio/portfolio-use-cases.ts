import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { Balance, PortfolioSummary, Position } from '../../contracts/portfolio/portfolio.ts';
import type { CashBalances, PortfolioReader } from '../../contracts/portfolio/portfolio-reader.ts';
import { type Decimal, formatCash, ZERO } from '../../domain/money/decimal.ts';
import type { Bound } from '../bind.ts';
import { toBalance, totalCash } from './balance.ts';
import type { ReadPrices } from './read-prices.ts';
import { toPosition } from './value-position.ts';
import { listWithdrawals, withdraw } from './withdraw.ts';

interface ReadPortfolioDeps {
  portfolio: PortfolioReader;
  readPrices: ReadPrices;
  clock: Clock;
}

/** Money and shares of an account: what there is, and cash that enters and leaves it. */
export const portfolioUseCases = {
  summarizePortfolio,
  getBalance,
  listPositions,
  getPosition,
  withdraw,
  listWithdrawals,
};

export type PortfolioUseCases = Bound<typeof portfolioUseCases>;

/**
 * Cash and active positions of the caller's account, valued at the last prices: one read of the
 * books and one of the market. Without a price a position stays in the list, its symbol is named in
 * `unpricedSymbols`, and the totals leave it out. Throws `DATABASE_UNAVAILABLE`; `NOT_FOUND` when
 * the account is gone.
 */
async function summarizePortfolio(
  deps: ReadPortfolioDeps,
  caller: Caller,
): Promise<PortfolioSummary> {
  const books = await deps.portfolio.readPortfolio(caller.accountId);
  if (!books) throw accountNotFound();
  const prices = await deps.readPrices(books.positions);
  const positions = books.positions.map((position) => toPosition(position, prices));
  return { ...summarize(books.cash, positions), asOf: new Date(deps.clock()).toISOString() };
}

/**
 * The cash of the caller's account. Throws `DATABASE_UNAVAILABLE`; `NOT_FOUND` when the account is
 * gone.
 */
async function getBalance(deps: ReadPortfolioDeps, caller: Caller): Promise<Balance> {
  const cash = await deps.portfolio.readCash(caller.accountId);
  if (!cash) throw accountNotFound();
  return toBalance(cash);
}

/**
 * The caller's positions by symbol, the active ones valued live; closed ones only when asked for.
 * Throws `DATABASE_UNAVAILABLE`.
 */
async function listPositions(
  deps: ReadPortfolioDeps,
  caller: Caller,
  { includeClosed }: { includeClosed: boolean },
): Promise<Position[]> {
  const stored = await deps.portfolio.listPositions(caller.accountId, includeClosed);
  const prices = await deps.readPrices(stored);
  return stored.map((position) => toPosition(position, prices));
}

/**
 * One position of the caller, also a closed one. Throws `POSITION_NOT_FOUND` for a symbol never
 * held, and `DATABASE_UNAVAILABLE`.
 */
async function getPosition(
  deps: ReadPortfolioDeps,
  caller: Caller,
  symbol: string,
): Promise<Position> {
  const stored = await deps.portfolio.findPosition(caller.accountId, symbol);
  if (!stored) throw new HubError('POSITION_NOT_FOUND', { symbol });
  return toPosition(stored, await deps.readPrices([stored]));
}

const accountNotFound = (): HubError =>
  new HubError('NOT_FOUND', {}, { detail: 'There is no such account' });

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
