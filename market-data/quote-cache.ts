import type { Quote, Quotes } from '../contracts/market/market-data.ts';
import type { MarketDataMetrics } from './metrics.ts';
import { createQuoteRefresher } from './quote-refresher.ts';
import type { QuoteStore } from './quote-store.ts';
import { createSingleFlight } from './single-flight.ts';
import type { QuoteSource } from './sources/source.ts';

export interface QuoteCache {
  /**
   * The newest quote of each symbol, in the order asked for. Rejects only when the source is away.
   */
  getQuotes(symbols: readonly string[]): Promise<Quotes>;
  /**
   * Forgets the symbols' quotes, or all; how many there were. 0 while the store is away: it is
   * emptied when it comes back.
   */
  invalidate(symbols: readonly string[]): Promise<number>;
  /** Reads the symbols' quotes, or all, into the store; how many were kept. */
  warm(symbols: readonly string[]): Promise<number>;
  /** Stops following the source. */
  close(): void;
}

interface QuoteCacheOptions {
  source: QuoteSource;
  /** `null` runs without a cache. */
  store: QuoteStore | null;
  metrics: MarketDataMetrics;
}

/**
 * Cache-aside that never serves a quote older than the source has published: the cache knows the
 * newest publication of each symbol, takes an older entry for a miss, and lets every publication
 * refresh the entries that exist (ADR 0006).
 */
export function createQuoteCache({ source, store, metrics }: QuoteCacheOptions): QuoteCache {
  const known = new Set(source.symbols());
  const published = new Map<string, Quote>();
  const readThrough = createSingleFlight(source, metrics);
  const refresher = createQuoteRefresher(store);
  const unsubscribe = source.subscribe((quotes) => {
    metrics.published.inc(quotes.length);
    for (const quote of quotes) {
      published.set(quote.symbol, quote);
      readThrough.forget(quote.symbol);
    }
    refresher.refresh(quotes);
  });
  const isCurrent = (quote: Quote): boolean => !isOlder(quote, published.get(quote.symbol));

  const readCached = async (symbols: readonly string[]): Promise<Map<string, Quote>> => {
    const cached = (await store?.read(symbols)) ?? null;
    if (cached === null) {
      metrics.cacheReads.inc({ result: 'bypass' }, symbols.length);
      return new Map();
    }
    const hits = new Map<string, Quote>();
    for (const quote of cached) if (quote && isCurrent(quote)) hits.set(quote.symbol, quote);
    metrics.cacheReads.inc({ result: 'hit' }, hits.size);
    metrics.cacheReads.inc({ result: 'miss' }, symbols.length - hits.size);
    return hits;
  };

  /**
   * The reader does not wait for this; a failure is the store's outage, which it records itself.
   */
  const fill = (quotes: readonly Quote[]): void => {
    const current = quotes.filter(isCurrent);
    if (store?.isUsable() && current.length > 0) void store.write(current);
  };

  return {
    async getQuotes(symbols) {
      const wanted = [...new Set(symbols)];
      const knownSymbols = wanted.filter((symbol) => known.has(symbol));
      const found =
        knownSymbols.length > 0 ? await readCached(knownSymbols) : new Map<string, Quote>();
      const missing = knownSymbols.filter((symbol) => !found.has(symbol));
      if (missing.length > 0) {
        for (const quote of await readThrough.read(missing, fill)) found.set(quote.symbol, quote);
      }
      return {
        quotes: wanted.flatMap((symbol) => found.get(symbol) ?? []),
        unknownSymbols: wanted.filter((symbol) => !found.has(symbol)),
      };
    },
    async invalidate(symbols) {
      const named = symbols.length > 0 ? symbols.filter((symbol) => known.has(symbol)) : [...known];
      return named.length > 0 ? ((await store?.remove(named)) ?? 0) : 0;
    },
    async warm(symbols) {
      const quotes = await source.latest(symbols.length > 0 ? symbols : [...known]);
      return quotes.length > 0 ? ((await store?.write(quotes)) ?? 0) : 0;
    },
    close: unsubscribe,
  };
}

/**
 * Quotes of one symbol are in order of time, then sequence: a restarted source counts from one
 * again.
 */
const isOlder = (quote: Quote, other: Quote | undefined): boolean =>
  other !== undefined &&
  (quote.time < other.time || (quote.time === other.time && quote.sequence < other.sequence));
