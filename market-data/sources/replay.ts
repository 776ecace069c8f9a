import { Decimal } from 'decimal.js';
import type { Tick } from './make-quote.ts';
import type { Bar, Recording } from './recording.ts';
import type { QuoteSource } from './source.ts';
import { createTickingSource } from './ticking-source.ts';

/**
 * The share of a day's volume that is shown on each side, in lots of 100 shares and at least one
 * lot.
 */
const SIZE_DIVISOR = 20_000;
const LOT = 100;

interface ReplayOptions {
  recording: Recording;
  /** Milliseconds between two quotes of a symbol; 0 keeps the first for ever. */
  tickMs: number;
  /** Quotes that one day becomes, at least 4: more make smaller steps. */
  ticksPerBar: number;
  now?: () => number;
}

/**
 * Plays a recording at a set pace. Every symbol loops over its own rows, so a short history does
 * not hold the others up.
 */
export function createReplaySource({
  recording,
  tickMs,
  ticksPerBar,
  now,
}: ReplayOptions): QuoteSource {
  return createTickingSource({
    name: 'replay',
    symbols: [...recording.keys()],
    tickMs,
    nextTick: (symbol, sequence) => replayTick(recording.get(symbol) ?? [], ticksPerBar, sequence),
    ...(now && { now }),
  });
}

/**
 * The tick of that sequence, from 1: a function of the recording alone, so a replay is the same
 * each time.
 */
export function replayTick(bars: readonly Bar[], ticksPerBar: number, sequence: number): Tick {
  const index = sequence - 1;
  const bar = bars[Math.floor(index / ticksPerBar) % bars.length];
  if (!bar) throw new RangeError('a symbol without bars cannot be replayed');
  const lots = bar.volume.dividedBy(SIZE_DIVISOR * LOT).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN);
  return {
    last: priceWithinBar(bar, index % ticksPerBar, ticksPerBar),
    size: Decimal.max(lots, 1).times(LOT),
  };
}

/**
 * The path through a day: open, the extreme on the far side of the close, the other extreme, close;
 * straight lines between. A rising day dips first, a falling one peaks first.
 */
function priceWithinBar(bar: Bar, tick: number, ticksPerBar: number): Decimal {
  const [first, second] = bar.close.gte(bar.open) ? [bar.low, bar.high] : [bar.high, bar.low];
  const end = ticksPerBar - 1;
  const firstAt = Math.round(end / 3);
  const secondAt = Math.round((2 * end) / 3);
  if (tick <= firstAt) return interpolate(bar.open, first, tick, firstAt);
  if (tick <= secondAt) return interpolate(first, second, tick - firstAt, secondAt - firstAt);
  return interpolate(second, bar.close, tick - secondAt, end - secondAt);
}

const interpolate = (from: Decimal, to: Decimal, step: number, steps: number): Decimal =>
  from.plus(to.minus(from).times(step).dividedBy(steps));
