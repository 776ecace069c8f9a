import type { Quote } from '../../contracts/market/market-data.ts';

/**
 * Hears the quotes of one round, each newer than the symbol's one before. It must not throw or
 * block.
 */
export type QuoteListener = (quotes: readonly Quote[]) => void;

/**
 * Where quotes come from. The service knows this interface only, so a vendor's feed is one more
 * file. For each symbol `sequence` grows by one and `time` never goes back while the source runs.
 */
export interface QuoteSource {
  readonly name: string;
  /** Every symbol that has a quote. It does not change while the source runs. */
  symbols(): readonly string[];
  /**
   * The newest quote of each symbol that the source knows; the others are left out. Rejects when
   * the source is away.
   */
  latest(symbols: readonly string[]): Promise<Quote[]>;
  /** Calls the listener with every round of new quotes until the returned function is called. */
  subscribe(listener: QuoteListener): () => void;
  start(): void;
  stop(): void;
}
