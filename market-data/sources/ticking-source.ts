import type { Quote } from '../../contracts/market/market-data.ts';
import { makeQuote, type Tick } from './make-quote.ts';
import type { QuoteListener, QuoteSource } from './source.ts';

interface TickingSourceOptions {
  name: string;
  symbols: readonly string[];
  /** Milliseconds between two rounds; 0 keeps the first quotes for ever. */
  tickMs: number;
  /** The symbol's tick of that sequence, from 1. It is asked for in order, once each. */
  nextTick(symbol: string, sequence: number): Tick;
  now?: () => number;
}

/**
 * A source that makes its quotes itself, all symbols in one round at a fixed pace. The first round
 * exists from the beginning, so a quote can be had before `start`.
 */
export function createTickingSource({
  name,
  symbols,
  tickMs,
  nextTick,
  now = Date.now,
}: TickingSourceOptions): QuoteSource {
  const listeners = new Set<QuoteListener>();
  const quotes = new Map<string, Quote>();
  let timer: NodeJS.Timeout | undefined;
  let sequence = 0;
  let timeMs = 0;

  const tick = (): void => {
    sequence += 1;
    // A wall clock can be set back; a quote's time must not be, as readers compare quotes by it.
    timeMs = Math.max(timeMs, now());
    const round = symbols.map((symbol) =>
      makeQuote(symbol, nextTick(symbol, sequence), sequence, timeMs),
    );
    for (const quote of round) quotes.set(quote.symbol, quote);
    for (const listener of listeners) listener(round);
  };
  tick();

  return {
    name,
    symbols: () => symbols,
    latest: async (asked) => asked.flatMap((symbol) => quotes.get(symbol) ?? []),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (tickMs > 0) timer ??= setInterval(tick, tickMs);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
