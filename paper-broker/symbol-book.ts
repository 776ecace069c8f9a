import { Decimal, formatDecimal, ZERO } from '../domain/money/decimal.ts';
import type { Side } from '../domain/order/order.ts';
import { comparePriority, type Touch } from './matching.ts';
import type { LiveOrder, QuoteUsage } from './order.ts';

/** A quote as the venue keeps it. Known by symbol, sequence and time: a source that starts anew counts from 1 again. */
export interface VenueQuote {
  symbol: string;
  bid: Decimal;
  ask: Decimal;
  bidSize: Decimal;
  askSize: Decimal;
  sequence: number;
  timeMs: number;
}

/** The market of one symbol: its last quote, what was taken of it, and the resting orders of both sides in priority. */
export interface SymbolBook {
  readonly symbol: string;
  quote: VenueQuote | null;
  bidTaken: Decimal;
  askTaken: Decimal;
  readonly buys: LiveOrder[];
  readonly sells: LiveOrder[];
}

export const createSymbolBook = (symbol: string): SymbolBook => ({
  symbol,
  quote: null,
  bidTaken: ZERO,
  askTaken: ZERO,
  buys: [],
  sells: [],
});

/** What still trades of a quote. */
export const touchOf = (book: SymbolBook, quote: VenueQuote): Touch => ({
  bid: quote.bid,
  ask: quote.ask,
  bidAvailable: quote.bidSize.minus(book.bidTaken),
  askAvailable: quote.askSize.minus(book.askTaken),
});

/**
 * Puts a newer quote in. The same or an older quote (a feed that reconnected) does not bring its size back; `false` then.
 * Older is what is behind in sequence and in time: a source that starts anew is behind in sequence alone.
 */
export function replaceQuote(book: SymbolBook, quote: VenueQuote): boolean {
  const last = book.quote;
  if (last && quote.sequence <= last.sequence && quote.timeMs <= last.timeMs) return false;
  book.quote = quote;
  book.bidTaken = ZERO;
  book.askTaken = ZERO;
  return true;
}

export function takeFromQuote(book: SymbolBook, side: Side, quantity: Decimal): void {
  if (side === 'BUY') book.askTaken = book.askTaken.plus(quantity);
  else book.bidTaken = book.bidTaken.plus(quantity);
}

export function usageOf(book: SymbolBook, quote: VenueQuote): QuoteUsage {
  return {
    symbol: book.symbol,
    quoteSequence: quote.sequence,
    quoteTimeMs: quote.timeMs,
    bidTaken: formatDecimal(book.bidTaken),
    askTaken: formatDecimal(book.askTaken),
  };
}

/** Sets what was taken of the present quote to what the database knows of it. */
export function restoreUsage(book: SymbolBook, usage: QuoteUsage | undefined): void {
  const same = usage && book.quote?.sequence === usage.quoteSequence && book.quote.timeMs === usage.quoteTimeMs;
  book.bidTaken = same ? new Decimal(usage.bidTaken) : ZERO;
  book.askTaken = same ? new Decimal(usage.askTaken) : ZERO;
}

export const queueOf = (book: SymbolBook, side: Side): LiveOrder[] => (side === 'BUY' ? book.buys : book.sells);

export function insertResting(book: SymbolBook, order: LiveOrder): void {
  const queue = queueOf(book, order.terms.side);
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = queue[middle];
    if (other && comparePriority(priorityOf(other), priorityOf(order)) < 0) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, order);
}

export function removeResting(book: SymbolBook, order: LiveOrder): void {
  const queue = queueOf(book, order.terms.side);
  const index = queue.indexOf(order);
  if (index >= 0) queue.splice(index, 1);
}

const priorityOf = (order: LiveOrder) => ({ side: order.terms.side, limit: order.limit, arrival: order.firstSequence });
