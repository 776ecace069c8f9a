import { Decimal } from 'decimal.js';
import type { Quote } from '../../contracts/market/market-data.ts';
import { makeQuote } from '../../market-data/sources/make-quote.ts';
import type { QuoteListener, QuoteSource } from '../../market-data/sources/source.ts';

export interface ManualSource extends QuoteSource {
  /** A round of new quotes, one per symbol named, at this last price. */
  publish(last: string, ...symbols: string[]): void;
  /** The symbols of each read, in order. */
  reads: string[][];
  /**
   * Holds the answers to reads back until the returned function is called; what is answered is what
   * was newest when asked.
   */
  hold(): () => void;
  fail(error: Error | null): void;
  listenerCount(): number;
}

/** A source whose every quote and delay the test decides. */
export function createManualSource(symbols: readonly string[]): ManualSource {
  const listeners = new Set<QuoteListener>();
  const quotes = new Map<string, Quote>();
  const reads: string[][] = [];
  let gate: Promise<void> | null = null;
  let failure: Error | null = null;
  let timeMs = Date.UTC(2026, 0, 5);

  const publish = (last: string, ...named: string[]): void => {
    timeMs += 1;
    const round = named.map((symbol) => {
      const sequence = (quotes.get(symbol)?.sequence ?? 0) + 1;
      return makeQuote(
        symbol,
        { last: new Decimal(last), size: new Decimal(100) },
        sequence,
        timeMs,
      );
    });
    for (const quote of round) quotes.set(quote.symbol, quote);
    for (const listener of listeners) listener(round);
  };
  publish('100.00', ...symbols);

  return {
    name: 'manual',
    reads,
    publish,
    symbols: () => symbols,
    async latest(asked) {
      reads.push([...asked]);
      if (failure) throw failure;
      const answer = asked.flatMap((symbol) => quotes.get(symbol) ?? []);
      await gate;
      return answer;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => {
        gate = null;
        resolve();
      };
    },
    fail(error) {
      failure = error;
    },
    listenerCount: () => listeners.size,
    start() {},
    stop() {},
  };
}
