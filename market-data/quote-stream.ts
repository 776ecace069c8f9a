import type { Quote } from '../contracts/market/market-data.ts';
import type { QuoteSource } from './sources/source.ts';

/**
 * The latest quote of each symbol, then each new one, until `signal` aborts; all symbols when none
 * is named, and nothing for one that the source does not know. A reader slower than the source gets
 * the newest quote of each symbol and misses those between: at most one quote per symbol waits.
 */
export async function* streamQuotes(
  source: QuoteSource,
  symbols: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Quote> {
  const wanted = new Set(symbols.length > 0 ? symbols : source.symbols());
  const waiting = new Map<string, Quote>();
  let wake: () => void = () => {};
  const onAbort = (): void => wake();

  const unsubscribe = source.subscribe((quotes) => {
    for (const quote of quotes) if (wanted.has(quote.symbol)) waiting.set(quote.symbol, quote);
    wake();
  });
  signal.addEventListener('abort', onAbort);
  try {
    for (const quote of await source.latest([...wanted]))
      if (!waiting.has(quote.symbol)) waiting.set(quote.symbol, quote);
    while (!signal.aborted) {
      for (const [symbol, quote] of waiting) {
        waiting.delete(symbol);
        yield quote;
        if (signal.aborted) return;
      }
      if (waiting.size > 0) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal.aborted) resolve();
      });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    unsubscribe();
  }
}
