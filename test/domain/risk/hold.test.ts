import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, roundUpToCents, ZERO } from '../../../domain/money/decimal.ts';
import { fillCash } from '../../../domain/order/fill-cash.ts';
import { type CashHold, type HoldMovement, holdAfterFill, holdFor } from '../../../domain/risk/hold.ts';
import { cutUnits, cutWeights, decimalOf, divideHalfEven, priceUnits, quantityUnits, unitsOf } from '../arbitraries.ts';

const dec = (text: string): Decimal => new Decimal(text);

function cashHold(price: Decimal, quantity: Decimal): CashHold {
  const hold = holdFor({ side: 'BUY', quantity, price, shortingAllowed: false });
  if (hold.kind !== 'CASH') throw new Error('a BUY holds cash');
  return hold;
}

/** Replays fills of one order; `notional` is the exact sum before each. */
function replay(price: Decimal, quantity: Decimal, fills: readonly { quantity: Decimal; price: Decimal }[]): HoldMovement[] {
  let hold = cashHold(price, quantity);
  let notional = ZERO;
  let leaves = quantity;
  return fills.map((fill) => {
    leaves = leaves.minus(fill.quantity);
    const movement = holdAfterFill(hold, { cost: fillCash(notional, fill.quantity, fill.price), leaves });
    expect(hold.amount.plus(movement.drawn).eq(movement.consumed.plus(movement.released).plus(movement.held))).toBe(true);
    for (const part of Object.values(movement)) expect(part.gte(0) && part.decimalPlaces() <= 2).toBe(true);
    notional = notional.plus(fill.quantity.times(fill.price));
    hold = { ...hold, amount: movement.held };
    return movement;
  });
}

const inCents = (movement: HoldMovement) => Object.fromEntries(Object.entries(movement).map(([name, value]) => [name, value.toFixed(2)]));

describe('holdFor', () => {
  it('holds the cash of a purchase at its worst price, rounded up to the cent', () => {
    const request = { side: 'BUY', shortingAllowed: false } as const;
    expect(holdFor({ ...request, quantity: dec('10'), price: dec('205.75') })).toEqual({
      kind: 'CASH',
      price: dec('205.75'),
      amount: dec('2057.5'),
    });
    expect(holdFor({ ...request, quantity: dec('0.00000001'), price: dec('1') })).toMatchObject({ amount: dec('0.01') });
  });

  it('holds the shares of a sale that must be covered, and nothing for one that may be short', () => {
    const request = { side: 'SELL', quantity: dec('5'), price: dec('10') } as const;
    expect(holdFor({ ...request, shortingAllowed: false })).toEqual({ kind: 'SHARES', quantity: dec('5') });
    expect(holdFor({ ...request, shortingAllowed: true })).toEqual({ kind: 'NONE' });
  });
});

describe('holdAfterFill', () => {
  it('gives back what a better price saved, and keeps a cent for rounding', () => {
    const fills = [
      { quantity: dec('4'), price: dec('200') },
      { quantity: dec('6'), price: dec('205.75') },
    ];
    expect(replay(dec('205.75'), dec('10'), fills).map(inCents)).toEqual([
      { held: '1234.51', consumed: '800.00', released: '22.99', drawn: '0.00' },
      { held: '0.00', consumed: '1234.50', released: '0.01', drawn: '0.00' },
    ]);
  });

  it('needs that cent: without it a share and a half at a cent, cut in two, would cost more than it holds', () => {
    const fills = [
      { quantity: dec('0.5'), price: dec('0.01') },
      { quantity: dec('1'), price: dec('0.01') },
    ];
    const [first, second] = replay(dec('0.01'), dec('1.5'), fills);
    expect(first?.held.toFixed(2)).toBe('0.02');
    expect(second?.consumed.toFixed(2)).toBe('0.02');
    expect(roundUpToCents(dec('0.01').times(1)).lt('0.02')).toBe(true);
  });

  it('draws on buying power for a late fill whose hold is gone', () => {
    const hold: CashHold = { kind: 'CASH', price: dec('10'), amount: ZERO };
    expect(inCents(holdAfterFill(hold, { cost: dec('20'), leaves: ZERO }))).toEqual({
      held: '0.00',
      consumed: '20.00',
      released: '0.00',
      drawn: '20.00',
    });
  });

  it('draws only what is lacking when the venue breaks the protection price', () => {
    const hold: CashHold = { kind: 'CASH', price: dec('10'), amount: dec('100') };
    const movement = holdAfterFill(hold, { cost: dec('130'), leaves: dec('1') });
    expect(inCents(movement)).toEqual({ held: '0.00', consumed: '130.00', released: '0.00', drawn: '30.00' });
  });

  const orderArbitrary = fc.record({
    quantity: quantityUnits,
    price: priceUnits,
    weights: cutWeights,
    // In thousandths of the hold's price; often the price itself, where the hold is tightest.
    discounts: fc.array(fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 1_000 })), { minLength: 13, maxLength: 13 }),
    fillsMax: fc.integer({ min: 1, max: 13 }),
  });

  function fillsOf(order: { quantity: bigint; price: bigint; weights: number[]; discounts: number[] }) {
    return cutUnits(order.quantity, order.weights).map((part, index) => {
      const discounted = (order.price * BigInt(order.discounts[index] ?? 1_000)) / 1_000n;
      return { units: part, priceUnits: discounted > 0n ? discounted : 1n };
    });
  }

  it('is never negative and never draws on buying power, however an order is cut at prices up to its own', () => {
    fc.assert(
      fc.property(orderArbitrary, (order) => {
        const fills = fillsOf(order);
        const price = decimalOf(order.price, 8);
        const movements = replay(
          price,
          decimalOf(order.quantity, 8),
          fills.map((fill) => ({ quantity: decimalOf(fill.units, 8), price: decimalOf(fill.priceUnits, 8) })),
        );
        for (const movement of movements) expect(movement.drawn.isZero()).toBe(true);
        expect(movements.at(-1)?.held.isZero()).toBe(true);
        const consumed = movements.reduce((sum, movement) => sum.plus(movement.consumed), ZERO);
        const notional = fills.reduce((sum, fill) => sum + fill.units * fill.priceUnits, 0n);
        expect(unitsOf(consumed, 2)).toBe(divideHalfEven(notional, 10n ** 14n));
      }),
      { numRuns: 500 },
    );
  });

  it('never holds more than the leaves can cost, a cent apart', () => {
    fc.assert(
      fc.property(orderArbitrary, (order) => {
        const fills = fillsOf(order).slice(0, order.fillsMax);
        const price = decimalOf(order.price, 8);
        const movements = replay(
          price,
          decimalOf(order.quantity, 8),
          fills.map((fill) => ({ quantity: decimalOf(fill.units, 8), price: decimalOf(fill.priceUnits, 8) })),
        );
        let leaves = order.quantity;
        movements.forEach((movement, index) => {
          leaves -= fills[index]?.units ?? 0n;
          const most = roundUpToCents(price.times(decimalOf(leaves, 8))).plus(leaves > 0n ? '0.01' : 0);
          expect(movement.held.lte(most)).toBe(true);
        });
      }),
    );
  });
});
