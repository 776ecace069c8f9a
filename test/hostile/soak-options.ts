import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly minutes: number;
  /** Decides what the client of nonsense says. */
  readonly seed: number;
  readonly ordersPerSecond: number;
}

const DEFAULTS = { minutes: 10, seed: 1, 'orders-per-second': 20 } as const;

/** Throws a sentence for what it does not know. */
export function readSoakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      'orders-per-second': { type: 'string' },
    },
  });
  const positive = (name: keyof typeof DEFAULTS): number => {
    const value = values[name] === undefined ? DEFAULTS[name] : Number(values[name]);
    if (!Number.isFinite(value) || value <= 0)
      throw new Error(`--${name} ${values[name]}: must be a number above 0`);
    return value;
  };
  return {
    minutes: positive('minutes'),
    seed: positive('seed'),
    ordersPerSecond: positive('orders-per-second'),
  };
}
