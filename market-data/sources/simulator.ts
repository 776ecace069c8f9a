import { Decimal } from 'decimal.js';
import type { QuoteSource } from './source.ts';
import { createTickingSource } from './ticking-source.ts';

const PRICE_MIN = new Decimal('0.01');

interface SimulatorOptions {
  /** Each symbol with its first price in USD. */
  prices: ReadonlyMap<string, Decimal>;
  seed: number;
  /** Milliseconds between two rounds; 0 keeps the first quotes for ever. */
  tickMs: number;
  /**
   * Standard deviation of one step as a share of the price: 0.0005 is 5 bp; 0 keeps the prices and
   * renews the quotes.
   */
  volatility: number;
  /** Size on both sides, in shares. */
  size: Decimal;
  now?: () => number;
}

/**
 * A seeded random walk. A symbol's path depends on the seed and its name only, not on which others
 * are simulated.
 */
export function createSimulatorSource({
  prices,
  seed,
  tickMs,
  volatility,
  size,
  now,
}: SimulatorOptions): QuoteSource {
  const walks = new Map(
    [...prices].map(([symbol, price]) => [
      symbol,
      { price, random: mulberry32(seed ^ hashText(symbol)) },
    ]),
  );
  return createTickingSource({
    name: 'simulator',
    symbols: [...prices.keys()],
    tickMs,
    nextTick(symbol, sequence) {
      const walk = walks.get(symbol);
      if (!walk) throw new RangeError(`${symbol} is not simulated`);
      if (sequence > 1)
        walk.price = Decimal.max(
          walk.price.times(1 + volatility * gaussian(walk.random)).toDecimalPlaces(8),
          PRICE_MIN,
        );
      return { last: walk.price, size };
    },
    ...(now && { now }),
  });
}

/**
 * Tommy Ettinger's mulberry32: 32 bits of state, uniform in [0, 1). Good enough for prices, not for
 * secrets.
 */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller's transform; `1 - u` keeps the logarithm finite. */
const gaussian = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** FNV-1a, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
