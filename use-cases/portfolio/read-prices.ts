import { HubError } from '../../contracts/errors.ts';
import type { MarketData, Quotes } from '../../contracts/market/market-data.ts';
import type { StoredPosition } from '../../contracts/portfolio/portfolio-reader.ts';
import { Decimal } from '../../domain/money/decimal.ts';

/** Last prices in USD by symbol; a symbol without a quote is absent. */
export type Prices = ReadonlyMap<string, Decimal>;

export type ReadPrices = (positions: readonly StoredPosition[]) => Promise<Prices>;

/**
 * The last price of each active position, in one call for all of them, and none when there is
 * nothing to price. Market data away is no failure of the caller's: no price is known then (the
 * client of market data logs and counts it). Callers who ask for the same symbols at the same time
 * share one call.
 */
export function createReadPrices(marketData: Pick<MarketData, 'getQuotes'>): ReadPrices {
  const inFlight = new Map<string, Promise<Prices>>();
  return async (positions) => {
    const symbols = positions
      .filter((position) => position.status === 'ACTIVE')
      .map((position) => position.symbol);
    if (symbols.length === 0) return new Map();
    const key = symbols.join(' ');
    const running = inFlight.get(key);
    if (running) return running;
    const started = requestPrices(marketData, symbols).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };
}

async function requestPrices(
  marketData: Pick<MarketData, 'getQuotes'>,
  symbols: readonly string[],
): Promise<Prices> {
  const { quotes } = await marketData.getQuotes(symbols).catch(noQuotesWhileAway);
  return new Map(quotes.map((quote) => [quote.symbol, new Decimal(quote.last)]));
}

function noQuotesWhileAway(error: unknown): Quotes {
  if (error instanceof HubError && error.code === 'MARKET_DATA_UNAVAILABLE')
    return { quotes: [], unknownSymbols: [] };
  throw error;
}
