import type { Quote } from '../contracts/market/market-data.ts';
import type { QuoteStore } from './quote-store.ts';

/**
 * One refresh at a time; rounds that come meanwhile are merged, so a slow store costs freshness of
 * the cache and no memory.
 */
export function createQuoteRefresher(store: QuoteStore | null): {
  refresh(quotes: readonly Quote[]): void;
} {
  const pending = new Map<string, Quote>();
  let running = false;

  const run = async (target: QuoteStore): Promise<void> => {
    running = true;
    while (pending.size > 0 && target.isUsable()) {
      const quotes = [...pending.values()];
      pending.clear();
      await target.refresh(quotes);
    }
    // Emptied when it comes back, a store that is away needs no refresh.
    pending.clear();
    running = false;
  };

  return {
    refresh(quotes) {
      if (!store?.isUsable()) return;
      for (const quote of quotes) pending.set(quote.symbol, quote);
      if (!running) void run(store);
    },
  };
}
