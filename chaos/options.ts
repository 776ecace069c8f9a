import { parseArgs } from 'node:util';

export interface ChaosOptions {
  /** The first seed; the same seed plans the same orders and the same troubles. */
  readonly seed: number;
  /** How many seeds in a row, counted up from the first. */
  readonly seeds: number;
  /** Orders of each seed. */
  readonly orders: number;
}

const DEFAULTS = { seed: 1, seeds: 1, orders: 2_000 } as const;

/** Throws a sentence for what it does not know. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, seeds: { type: 'string' }, orders: { type: 'string' } },
  });
  const count = (name: keyof ChaosOptions): number => {
    const value = values[name] === undefined ? DEFAULTS[name] : Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`--${name} ${values[name]}: must be a whole number from 1`);
    return value;
  };
  return { seed: count('seed'), seeds: count('seeds'), orders: count('orders') };
}
