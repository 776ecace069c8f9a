import { Decimal, formatDecimal, ZERO } from '../domain/money/decimal.ts';
import type { Side } from '../domain/orders/order.ts';
import { comparePriority, type Touch } from './matching.ts';
import { isForAuction, type LiveOrder, type QuoteUsage, waitsForStop } from './order.ts';

/**
 * A quote as the venue keeps it. Known by symbol, sequence and time: a source that starts anew
 * counts from 1 again.
 */
export interface VenueQuote {
  symbol: string;
  bid: Decimal;
  ask: Decimal;
  /** The price of the last trade: stops are reached by it. Not positive when there was none. */
  last: Decimal;
  bidSize: Decimal;
  askSize: Decimal;
  sequence: number;
  timeMs: number;
}

/**
 * The market of one symbol: its last quote, what was taken of it, the resting orders of both sides
 * in priority, and what does not trade yet.
 */
export interface SymbolBook {
  readonly symbol: string;
  quote: VenueQuote | null;
  bidTaken: Decimal;
  askTaken: Decimal;
  readonly buys: LiveOrder[];
  readonly sells: LiveOrder[];
  /** Orders whose stop was not reached yet, as they came. */
  readonly stops: LiveOrder[];
  /** Orders that wait for their auction, as they came. */
  readonly auctions: LiveOrder[];
}

export const createSymbolBook = (symbol: string): SymbolBook => ({
  symbol,
  quote: null,
  bidTaken: ZERO,
  askTaken: ZERO,
  buys: [],
  sells: [],
  stops: [],
  auctions: [],
});

/** What still trades of a quote. */
export const touchOf = (book: SymbolBook, quote: VenueQuote): Touch => ({
  bid: quote.bid,
  ask: quote.ask,
  bidAvailable: quote.bidSize.minus(book.bidTaken),
  askAvailable: quote.askSize.minus(book.askTaken),
});

/**
 * Puts a newer quote in. The same or an older quote (a feed that reconnected) does not bring its
 * size back; `false` then. Older is what is behind in sequence and in time: a source that starts
 * anew is behind in sequence alone.
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
  const same =
    usage &&
    book.quote?.sequence === usage.quoteSequence &&
    book.quote.timeMs === usage.quoteTimeMs;
  book.bidTaken = same ? new Decimal(usage.bidTaken) : ZERO;
  book.askTaken = same ? new Decimal(usage.askTaken) : ZERO;
}

export const queueOf = (book: SymbolBook, side: Side): LiveOrder[] =>
  side === 'BUY' ? book.buys : book.sells;

/**
 * Puts an open order where it waits: for its auction, for its stop, or in the queue of its side. A
 * triggered stop has the time priority of its arrival.
 */
export function insertResting(book: SymbolBook, order: LiveOrder): void {
  const list = listOf(book, order);
  if (list === queueOf(book, order.side)) list.splice(placeInQueue(list, order), 0, order);
  else list.push(order);
}

/** To be called before what decides on its place changes. */
export function removeResting(book: SymbolBook, order: LiveOrder): void {
  const list = listOf(book, order);
  const index = list.indexOf(order);
  if (index >= 0) list.splice(index, 1);
}

/** What a trade changes in the queue: an order that is filled leaves it. */
export function afterTrade(book: SymbolBook, order: LiveOrder): void {
  if (order.status === 'FILLED') removeResting(book, order);
}

/** Moves an order whose stop has just been reached among those that trade. */
export function releaseStop(book: SymbolBook, order: LiveOrder): void {
  book.stops.splice(book.stops.indexOf(order), 1);
  insertResting(book, order);
}

/** Forgets every order. */
export function emptyBook(book: SymbolBook): void {
  for (const list of [book.buys, book.sells, book.stops, book.auctions]) list.length = 0;
}

function listOf(book: SymbolBook, order: LiveOrder): LiveOrder[] {
  if (isForAuction(order.terms)) return book.auctions;
  return waitsForStop(order) ? book.stops : queueOf(book, order.side);
}

function placeInQueue(queue: readonly LiveOrder[], order: LiveOrder): number {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = queue[middle];
    if (other && compareOrders(other, order) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Price-time priority between orders of one side. */
export const compareOrders = (a: LiveOrder, b: LiveOrder): number =>
  comparePriority(priorityOf(a), priorityOf(b));

const priorityOf = ({ side, limit, arrival }: LiveOrder) => ({ side, limit, arrival });
