import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';
import { fillCash } from '../../../domain/order/fill-cash.ts';
import { cutUnits, cutWeights, decimalOf, divideHalfEven, priceUnits, quantityUnits, unitsOf } from '../arbitraries.ts';

describe('fillCash', () => {
  it('is 2057.50 for ten shares at 205.75', () => {
    expect(fillCash(ZERO, new Decimal(10), new Decimal('205.75')).toFixed(2)).toBe('2057.50');
  });

  it('gives three thirds of a cent to one fill only', () => {
    const third = new Decimal('0.33333333');
    const cash = [0, 1, 2].map((fills) => fillCash(third.times('0.01').times(fills), third, new Decimal('0.01')).toFixed(2));
    expect(cash).toEqual(['0.00', '0.01', '0.00']);
  });

  it('sums to the notional of the whole order rounded half-even once, however the order is cut', () => {
    fc.assert(
      fc.property(quantityUnits, fc.array(priceUnits, { minLength: 13, maxLength: 13 }), cutWeights, (quantity, prices, weights) => {
        let notional = 0n;
        let paid = ZERO;
        cutUnits(quantity, weights).forEach((part, index) => {
          const price = prices[index] ?? 1n;
          const cash = fillCash(decimalOf(notional, 16), decimalOf(part, 8), decimalOf(price, 8));
          expect(cash.gte(0)).toBe(true);
          expect(cash.decimalPlaces()).toBeLessThanOrEqual(2);
          notional += part * price;
          paid = paid.plus(cash);
        });
        expect(unitsOf(paid, 2)).toBe(divideHalfEven(notional, 10n ** 14n));
      }),
    );
  });
});
