import type { Caller } from '../../../contracts/identity/caller.ts';
import type { MarketData, Quote } from '../../../contracts/market/market-data.ts';
import type {
  CashBalances,
  PortfolioReader,
  StoredPosition,
} from '../../../contracts/portfolio/portfolio-reader.ts';
import { type Bound, bind } from '../../../use-cases/bind.ts';
import { portfolioUseCases } from '../../../use-cases/portfolio/portfolio-use-cases.ts';
import { createReadPrices } from '../../../use-cases/portfolio/read-prices.ts';

const { summarizePortfolio, getBalance, listPositions, getPosition } = portfolioUseCases;
const reads = { summarizePortfolio, getBalance, listPositions, getPosition };

export const CALLER: Caller = {
  userId: 'u',
  username: 'u@test.local',
  accountId: 'a',
  sessionId: 's',
  roles: ['CUSTOMER'],
};
export const NOW = '2026-11-24T14:30:00.123Z';
export const CASH: CashBalances = {
  settled: '1000.00000000',
  unsettled: '0',
  held: '0',
  leastDue: '0',
};

export const stored = (symbol: string, fields: Partial<StoredPosition> = {}): StoredPosition => ({
  symbol,
  quantity: '10.00000000',
  heldQuantity: '0.00000000',
  averagePrice: '100.00000000',
  costBasis: '1000.0000000000000000',
  realizedPnl: '0.0000000000000000',
  status: 'ACTIVE',
  positionType: 'LONG',
  lastTradeAt: null,
  ...fields,
});

export const quote = (symbol: string, last: string): Quote => ({
  ...{ symbol, last, bid: '1', ask: '2', bidSize: '1', askSize: '1', sequence: 1, time: NOW },
});

/** Books that hold what is given, for any account. */
export const readerOf = (cash: CashBalances, positions: StoredPosition[]): PortfolioReader => ({
  readPortfolio: async () => ({
    cash,
    positions: positions.filter((position) => position.status === 'ACTIVE'),
  }),
  readCash: async () => cash,
  listPositions: async (_accountId, includeClosed) =>
    positions.filter((position) => includeClosed || position.status === 'ACTIVE'),
  findPosition: async (_accountId, symbol) =>
    positions.find((position) => position.symbol === symbol) ?? null,
});

/** Last prices by symbol, and the calls that asked for them. */
export function pricesOf(
  lasts: Record<string, string>,
): Pick<MarketData, 'getQuotes'> & { calls: string[][] } {
  const calls: string[][] = [];
  return {
    calls,
    async getQuotes(symbols) {
      calls.push([...symbols]);
      const quotes = symbols.flatMap((symbol) =>
        lasts[symbol] === undefined ? [] : [quote(symbol, lasts[symbol])],
      );
      return { quotes, unknownSymbols: symbols.filter((symbol) => lasts[symbol] === undefined) };
    },
  };
}

export const useCasesOf = (
  portfolio: PortfolioReader,
  marketData: Pick<MarketData, 'getQuotes'>,
): Bound<typeof reads> => {
  const readPrices = createReadPrices(marketData);
  return bind({ portfolio, readPrices, clock: () => Date.parse(NOW) }, reads);
};
