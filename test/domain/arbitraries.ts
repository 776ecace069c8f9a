import fc from 'fast-check';
import { Decimal } from '../../domain/money/decimal.ts';

/**
 * Decimals and whole numbers of their last place are the same thing: properties are checked against
 * models in BigInt.
 */
export const decimalOf = (units: bigint, places: number): Decimal =>
  new Decimal(units.toString()).div(new Decimal(10).pow(places));

export const unitsOf = (value: Decimal, places: number): bigint =>
  BigInt(value.times(new Decimal(10).pow(places)).toFixed(0));

/**
 * Positive amounts of 10⁻⁸, of every size from one unit up, since rounding goes wrong where the
 * amounts are small.
 */
export const unitsArbitrary = (max: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.bigInt({ min: 1n, max: 100n }),
    fc.bigInt({ min: 1n, max: 200_000_000n }),
    fc.bigInt({ min: 1n, max }),
  );

/** Up to a million shares. */
export const quantityUnits = unitsArbitrary(100_000_000_000_000n);

/** Up to USD 100,000 a share. */
export const priceUnits = unitsArbitrary(10_000_000_000_000n);

/** Cuts `total` units into positive parts that sum to it, at the relative weights given. */
export function cutUnits(total: bigint, weights: readonly number[]): bigint[] {
  const parts: bigint[] = [];
  let left = total;
  for (const weight of weights) {
    const part = (left * BigInt(weight)) / 1_000n;
    if (part > 0n && part < left) {
      parts.push(part);
      left -= part;
    }
  }
  return [...parts, left];
}

export const cutWeights = fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 12 });

/** Rounds to whole multiples of `unit`, half to even, by whole numbers alone. */
export function divideHalfEven(value: bigint, unit: bigint): bigint {
  const floor = value / unit - (value % unit < 0n ? 1n : 0n);
  const twice = 2n * (value - floor * unit);
  if (twice === unit) return floor % 2n === 0n ? floor : floor + 1n;
  return twice > unit ? floor + 1n : floor;
}
