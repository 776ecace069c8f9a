/** A fraction of whole numbers, in lowest terms, with a positive denominator. */
export interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

export function fraction(numerator: bigint, denominator = 1n): Fraction {
  let [divisor, rest] = [numerator < 0n ? -numerator : numerator, denominator];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return divisor === 0n
    ? { numerator: 0n, denominator: 1n }
    : { numerator: numerator / divisor, denominator: denominator / divisor };
}

export const add = (a: Fraction, b: Fraction): Fraction =>
  fraction(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );

export const multiply = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.numerator * b.numerator, a.denominator * b.denominator);

const negate = (a: Fraction): Fraction => fraction(-a.numerator, a.denominator);

export interface ModelFill {
  side: 'BUY' | 'SELL';
  quantity: bigint;
  price: bigint;
}

/**
 * Average cost, the slow way: every lot is kept with its own price, and a fill against the position
 * takes the same share of each. Exact; quantities and prices in whole units.
 */
export function replayLots(fills: readonly ModelFill[]): {
  quantity: bigint;
  costBasis: Fraction;
  realizedPnl: Fraction;
} {
  let direction = 0n;
  let held = 0n;
  let lots: { quantity: Fraction; price: bigint }[] = [];
  let realizedPnl = fraction(0n);
  for (const fill of fills) {
    const sign = fill.side === 'BUY' ? 1n : -1n;
    let left = fill.quantity;
    if (held > 0n && sign !== direction) {
      const taken = left < held ? left : held;
      for (const lot of lots) {
        const out = multiply(lot.quantity, fraction(taken, held));
        realizedPnl = add(
          realizedPnl,
          multiply(out, fraction(direction * (fill.price - lot.price))),
        );
        lot.quantity = add(lot.quantity, negate(out));
      }
      held -= taken;
      left -= taken;
      if (held === 0n) lots = [];
    }
    if (left > 0n) {
      direction = sign;
      held += left;
      lots.push({ quantity: fraction(left), price: fill.price });
    }
  }
  const costBasis = lots.reduce(
    (sum, lot) => add(sum, multiply(lot.quantity, fraction(lot.price))),
    fraction(0n),
  );
  return { quantity: direction * held, costBasis, realizedPnl };
}
