import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';
import { fillCash, roundedCash } from '../../../domain/orders/fill-cash.ts';
import type { Side } from '../../../domain/orders/order.ts';
import {
  cutUnits,
  cutWeights,
  decimalOf,
  priceUnits,
  quantityUnits,
  unitsOf,
} from '../arbitraries.ts';

const CENT_UNITS = 10n ** 14n;

/** What each of an order's fills moves, of parts worth so much. */
function cashOfEach(side: Side, worths: readonly string[]): string[] {
  let [notional, cash] = [ZERO, ZERO];
  return worths.map((worth) => {
    notional = notional.plus(worth);
    const moved = fillCash(side, cash, notional);
    cash = cash.plus(moved);
    return moved.toFixed(2);
  });
}

const wholeCents = (side: Side, notional: bigint): bigint =>
  side === 'BUY' ? (notional + CENT_UNITS - 1n) / CENT_UNITS : notional / CENT_UNITS;

describe('fillCash', () => {
  it('is 2057.50 for ten shares at 205.75, bought or sold', () => {
    for (const side of ['BUY', 'SELL'] as const)
      expect(cashOfEach(side, ['2057.50'])).toEqual(['2057.50']);
  });

  it.each([
    ['BUY', ['0.05277717'], ['0.06']],
    ['SELL', ['0.00527771'], ['0.00']],
    ['BUY', ['1.004', '1.004', '1.002'], ['1.01', '1.00', '1.00']],
    ['SELL', ['1.004', '1.004', '1.002'], ['1.00', '1.00', '1.01']],
  ] as const)('rounds a %s of %j against the customer, cumulatively', (side, worths, expected) => {
    expect(cashOfEach(side, worths)).toEqual(expected);
  });

  it('charges a cent for a fill that rounding has paid for, and counts it towards the next', () => {
    expect(cashOfEach('BUY', ['0.991', '0.004', '0.004', '0.02'])).toEqual([
      '1.00',
      '0.01',
      '0.01',
      '0.01',
    ]);
  });

  it('charges no such cent beyond what may be charged', () => {
    const [paid, notional] = [new Decimal('1.00'), new Decimal('0.995')];
    expect(fillCash('BUY', paid, notional, ZERO).toFixed(2)).toBe('0.00');
    expect(fillCash('BUY', paid, new Decimal('1.02'), ZERO).toFixed(2)).toBe('0.02');
  });

  it('takes nothing back: a sale that was rounded up by an older rule gets less for the next fill, and nothing at the worst', () => {
    expect(fillCash('SELL', new Decimal('0.01'), new Decimal('0.009')).toFixed(2)).toBe('0.00');
    expect(fillCash('SELL', new Decimal('0.01'), new Decimal('0.035')).toFixed(2)).toBe('0.02');
  });

  const order = [
    quantityUnits,
    fc.array(priceUnits, { minLength: 13, maxLength: 13 }),
    cutWeights,
  ] as const;

  it('sums to the notional of the whole order rounded once against the customer, however the order is cut into parts of a cent or more', () => {
    for (const side of ['BUY', 'SELL'] as const) {
      fc.assert(
        fc.property(...order, (quantity, prices, weights) => {
          let [notional, moved] = [0n, ZERO];
          cutUnits(quantity, weights).forEach((part, index) => {
            const worth = part * (prices[index] ?? 1n);
            if (worth < CENT_UNITS) return;
            notional += worth;
            const cash = fillCash(side, moved, decimalOf(notional, 16));
            expect(cash.decimalPlaces()).toBeLessThanOrEqual(2);
            expect(cash.gte(side === 'BUY' ? '0.01' : 0)).toBe(true);
            moved = moved.plus(cash);
            expect(unitsOf(moved, 2)).toBe(wholeCents(side, notional));
          });
        }),
      );
    }
  });

  it('of a purchase is a cent at least for every fill, and beyond the rounded notional only for fills of less than a cent', () => {
    fc.assert(
      fc.property(...order, (quantity, prices, weights) => {
        let [notional, paid, tiny] = [0n, ZERO, 0];
        cutUnits(quantity, weights).forEach((part, index) => {
          const worth = part * (prices[index] ?? 1n);
          notional += worth;
          if (worth < CENT_UNITS) tiny += 1;
          const cash = fillCash('BUY', paid, decimalOf(notional, 16));
          expect(cash.gte('0.01')).toBe(true);
          paid = paid.plus(cash);
          const beyond = paid.minus(roundedCash('BUY', decimalOf(notional, 16)));
          expect(beyond.gte(0) && beyond.lte(new Decimal('0.01').times(tiny))).toBe(true);
        });
      }),
    );
  });
});
