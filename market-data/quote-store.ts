import type { Quote } from '../contracts/market/market-data.ts';

/**
 * Where quotes are kept for a while. Every call answers `null`, and at once, when the store cannot
 * be used now.
 */
export interface QuoteStore {
  isUsable(): boolean;
  read(symbols: readonly string[]): Promise<(Quote | null)[] | null>;
  write(quotes: readonly Quote[]): Promise<number | null>;
  refresh(quotes: readonly Quote[]): Promise<number | null>;
  remove(symbols: readonly string[]): Promise<number | null>;
}
