import { Decimal } from 'decimal.js';
import type { Quote } from '../../contracts/market/market-data.ts';

const CENT = new Decimal('0.01');
/** Two basis points, about what a liquid large cap is quoted at. */
const SPREAD_RATIO = new Decimal('0.0002');

/**
 * What a source says of one symbol at one moment: the last price in USD and the size on both sides
 * in shares.
 */
export interface Tick {
  last: Decimal;
  size: Decimal;
}

/**
 * A quote around the last price, in whole cents: `bid ≤ last ≤ ask`, and a spread of 2 bp but at
 * least one cent (the minimum price variation of SEC Rule 612).
 */
export function makeQuote(symbol: string, tick: Tick, sequence: number, timeMs: number): Quote {
  const last = Decimal.max(roundToCents(tick.last), CENT);
  const spread = Decimal.max(roundToCents(last.times(SPREAD_RATIO)), CENT);
  const half = spread.dividedBy(2).toDecimalPlaces(2, Decimal.ROUND_DOWN);
  const bid = Decimal.max(last.minus(half), CENT);
  return {
    symbol,
    bid: bid.toFixed(2),
    ask: bid.plus(spread).toFixed(2),
    last: last.toFixed(2),
    bidSize: tick.size.toFixed(0),
    askSize: tick.size.toFixed(0),
    sequence,
    time: new Date(timeMs).toISOString(),
  };
}

const roundToCents = (price: Decimal): Decimal => price.toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
