import type { Quote } from '../contracts/market/market-data.ts';
import type { MarketDataMetrics } from './metrics.ts';
import type { QuoteSource } from './sources/source.ts';

interface SingleFlight {
  /** The symbols' quotes; `onRead` gets what was read for this call and not for an earlier one. */
  read(symbols: readonly string[], onRead: (quotes: readonly Quote[]) => void): Promise<Quote[]>;
  /**
   * Later readers of the symbol do not join the read under way: it may have begun before the newest
   * publication.
   */
  forget(symbol: string): void;
}

/**
 * Readers that miss the same symbol at the same time share one read of the source; those of several
 * symbols share a batch.
 */
export function createSingleFlight(source: QuoteSource, metrics: MarketDataMetrics): SingleFlight {
  const inFlight = new Map<string, Promise<ReadonlyMap<string, Quote>>>();

  const begin = (symbols: readonly string[], onRead: (quotes: readonly Quote[]) => void): void => {
    const batch = source.latest(symbols).then((quotes) => {
      metrics.sourceReads.inc(quotes.length);
      onRead(quotes);
      return new Map(quotes.map((quote) => [quote.symbol, quote]));
    });
    for (const symbol of symbols) inFlight.set(symbol, batch);
    const end = (): void => {
      for (const symbol of symbols) if (inFlight.get(symbol) === batch) inFlight.delete(symbol);
    };
    batch.then(end, end);
  };

  return {
    async read(symbols, onRead) {
      const fresh = symbols.filter((symbol) => !inFlight.has(symbol));
      if (fresh.length > 0) begin(fresh, onRead);
      const found = await Promise.all(
        symbols.map(async (symbol) => (await inFlight.get(symbol))?.get(symbol)),
      );
      return found.filter((quote) => quote !== undefined);
    },
    forget: (symbol) => inFlight.delete(symbol),
  };
}
