import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../domain/money/decimal.ts';
import { SIDES, type Side } from '../../../domain/orders/order.ts';
import { type BidAsk, isWithinCollar, worstPriceFrom } from '../../../domain/risk/collar.ts';
import { isOnPriceIncrement, minimumPriceVariation } from '../../../domain/risk/price-increment.ts';
import { decimalOf, priceUnits } from '../arbitraries.ts';

const quote = (bid: string, ask: string) => ({ bid: new Decimal(bid), ask: new Decimal(ask) });

const quoteArbitrary = fc
  .tuple(priceUnits, priceUnits)
  .map(([bid, spread]) => ({ bid: decimalOf(bid, 8), ask: decimalOf(bid + spread, 8) }));

const protectionPrice = (side: Side, { bid, ask }: BidAsk) =>
  worstPriceFrom(side, side === 'BUY' ? ask : bid);

describe('the worst price of an order without a limit', () => {
  it.each([
    ['BUY', quote('205.70', '205.75'), '216.04'],
    ['SELL', quote('205.70', '205.75'), '195.41'],
    ['BUY', quote('99.99', '100.00'), '105'],
    ['SELL', quote('100.00', '100.01'), '95'],
    ['BUY', quote('0.96', '0.97'), '1.02'],
    ['BUY', quote('0.5000', '0.5001'), '0.5252'],
    ['SELL', quote('1.0500', '1.06'), '0.9975'],
    ['SELL', quote('0.0001', '0.0002'), '0.0001'],
  ] as const)('of a %s at %o is %s', (side, at, expected) => {
    expect(protectionPrice(side, at).toFixed()).toBe(expected);
  });

  it('is never nearer to the market than 5 %, and never further than that by more than a price increment', () => {
    fc.assert(
      fc.property(quoteArbitrary, ({ bid, ask }) => {
        const buy = protectionPrice('BUY', { bid, ask });
        expect(buy.gte(ask.times('1.05'))).toBe(true);
        expect(buy.minus(ask.times('1.05')).lt('0.01')).toBe(true);
        const sell = protectionPrice('SELL', { bid, ask });
        expect(sell.lte(bid.times('0.95')) || sell.eq('0.0001')).toBe(true);
        expect(bid.times('0.95').minus(sell).lt('0.01')).toBe(true);
      }),
    );
  });

  it('is positive and a price that a venue takes', () => {
    fc.assert(
      fc.property(quoteArbitrary, fc.constantFrom(...SIDES), (at, side) => {
        const price = protectionPrice(side, at);
        expect(price.gt(0)).toBe(true);
        expect(isOnPriceIncrement(price)).toBe(true);
      }),
    );
  });
});

describe('minimumPriceVariation', () => {
  it('is a cent from one dollar on and a hundredth of a cent below', () => {
    expect(minimumPriceVariation(new Decimal('1')).toFixed()).toBe('0.01');
    expect(minimumPriceVariation(new Decimal('0.99999999')).toFixed()).toBe('0.0001');
  });
});

describe('isWithinCollar', () => {
  const at = quote('100', '101');

  it.each([
    ['BUY', '111.10', true],
    ['BUY', '111.11', false],
    ['BUY', '50', true],
    ['BUY', '49.99', false],
    ['SELL', '90', true],
    ['SELL', '89.99', false],
    ['SELL', '151.50', true],
    ['SELL', '151.51', false],
    ['BUY', '0', false],
    ['SELL', '-1', false],
  ] as const)('%s at %s with 100 bid and 101 asked: %s', (side, limitPrice, expected) => {
    expect(isWithinCollar(side, new Decimal(limitPrice), at)).toBe(expected);
  });

  it('always takes a limit at the bid or at the ask, unless the spread itself is wider than the collar', () => {
    fc.assert(
      fc.property(quoteArbitrary, fc.constantFrom(...SIDES), (quoted, side) => {
        if (quoted.ask.gt(quoted.bid.times('1.1'))) return;
        expect(isWithinCollar(side, quoted.bid, quoted)).toBe(true);
        expect(isWithinCollar(side, quoted.ask, quoted)).toBe(true);
      }),
    );
  });
});
