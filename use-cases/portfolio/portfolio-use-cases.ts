import type { Clock } from '../../contracts/clock.ts';
import type { MarketData } from '../../contracts/ports/market-data.ts';
import type { PortfolioReader } from '../../contracts/ports/portfolio-reader.ts';
import type { PortfolioUseCases } from '../use-cases.ts';
import { createGetBalance } from './get-balance.ts';
import { createGetPosition } from './get-position.ts';
import { createListPositions } from './list-positions.ts';
import { createReadPrices } from './read-prices.ts';
import { createSummarizePortfolio } from './summarize-portfolio.ts';

interface PortfolioDependencies {
  portfolio: PortfolioReader;
  marketData: Pick<MarketData, 'getQuotes'>;
  clock: Clock;
}

/** Money and shares of the caller's account, valued live. */
export function createPortfolioUseCases({ portfolio, marketData, clock }: PortfolioDependencies): PortfolioUseCases {
  const readPrices = createReadPrices(marketData);
  return {
    summarizePortfolio: createSummarizePortfolio({ portfolio, readPrices, clock }),
    getBalance: createGetBalance({ portfolio }),
    listPositions: createListPositions({ portfolio, readPrices }),
    getPosition: createGetPosition({ portfolio, readPrices }),
  };
}
