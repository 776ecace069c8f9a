import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, roundUpToCents, ZERO } from '../../../domain/money/decimal.ts';
import { fillCash } from '../../../domain/orders/fill-cash.ts';
import {
  type CashHold,
  type HoldMovement,
  holdAfterFill,
  holdFor,
} from '../../../domain/risk/hold.ts';
import {
  cutUnits,
  cutWeights,
  decimalOf,
  priceUnits,
  quantityUnits,
  unitsOf,
} from '../arbitraries.ts';

const CENT_UNITS = 10n ** 14n;
const dec = (text: string): Decimal => new Decimal(text);

function cashHold(price: Decimal, quantity: Decimal): CashHold {
  const hold = holdFor({ side: 'BUY', quantity, price, shortingAllowed: false });
  if (hold.kind !== 'CASH') throw new Error('a BUY holds cash');
  return hold;
}

/** What a fill moved of its order's hold, and what it cost. */
type PaidFill = HoldMovement & { cost: Decimal };

/** Replays fills of one order. */
function replay(
  price: Decimal,
  quantity: Decimal,
  fills: readonly { quantity: Decimal; price: Decimal }[],
): PaidFill[] {
  let hold = cashHold(price, quantity);
  let [notional, paid] = [ZERO, ZERO];
  let leaves = quantity;
  return fills.map((fill) => {
    leaves = leaves.minus(fill.quantity);
    notional = notional.plus(fill.quantity.times(fill.price));
    const cost = fillCash('BUY', paid, notional, hold.amount);
    paid = paid.plus(cost);
    const movement = holdAfterFill(hold, { cost, filled: { notional, cash: paid }, leaves });
    const { held, released, drawn } = movement;
    expect(hold.amount.plus(drawn).eq(cost.plus(released).plus(held))).toBe(true);
    for (const part of Object.values(movement))
      expect(part.gte(0) && part.decimalPlaces() <= 2).toBe(true);
    hold = { ...hold, amount: held };
    return { ...movement, cost };
  });
}

const inCents = (movement: HoldMovement) =>
  Object.fromEntries(Object.entries(movement).map(([name, value]) => [name, value.toFixed(2)]));

describe('holdFor', () => {
  it('holds the cash of a purchase at its worst price, rounded up to the cent', () => {
    const request = { side: 'BUY', shortingAllowed: false } as const;
    expect(holdFor({ ...request, quantity: dec('10'), price: dec('205.75') })).toEqual({
      kind: 'CASH',
      price: dec('205.75'),
      amount: dec('2057.5'),
    });
    expect(holdFor({ ...request, quantity: dec('0.00000001'), price: dec('1') })).toMatchObject({
      amount: dec('0.01'),
    });
  });

  it('holds the shares of a sale that must be covered, and nothing for one that may be short', () => {
    const request = { side: 'SELL', quantity: dec('5'), price: dec('10') } as const;
    expect(holdFor({ ...request, shortingAllowed: false })).toEqual({
      kind: 'SHARES',
      quantity: dec('5'),
    });
    expect(holdFor({ ...request, shortingAllowed: true })).toEqual({ kind: 'NONE' });
  });
});

describe('holdAfterFill', () => {
  it('gives back what a better price saved', () => {
    const fills = [
      { quantity: dec('4'), price: dec('200') },
      { quantity: dec('6'), price: dec('205.75') },
    ];
    expect(replay(dec('205.75'), dec('10'), fills).map(inCents)).toEqual([
      { cost: '800.00', held: '1234.50', released: '23.00', drawn: '0.00' },
      { cost: '1234.50', held: '0.00', released: '0.00', drawn: '0.00' },
    ]);
  });

  it('keeps what the whole order can still cost, rounded once: a share and a half at a cent costs two cents, cut in two or not', () => {
    const fills = [
      { quantity: dec('0.5'), price: dec('0.01') },
      { quantity: dec('1'), price: dec('0.01') },
    ];
    expect(replay(dec('0.01'), dec('1.5'), fills).map(inCents)).toEqual([
      { cost: '0.01', held: '0.01', released: '0.00', drawn: '0.00' },
      { cost: '0.01', held: '0.00', released: '0.00', drawn: '0.00' },
    ]);
  });

  it('draws on buying power for a late fill whose hold is gone', () => {
    const hold: CashHold = { kind: 'CASH', price: dec('10'), amount: ZERO };
    const filled = { notional: dec('20'), cash: dec('20') };
    expect(inCents(holdAfterFill(hold, { cost: dec('20'), filled, leaves: ZERO }))).toEqual({
      held: '0.00',
      released: '0.00',
      drawn: '20.00',
    });
  });

  it('draws only what is lacking when the venue breaks the protection price', () => {
    const hold: CashHold = { kind: 'CASH', price: dec('10'), amount: dec('100') };
    const filled = { notional: dec('130'), cash: dec('130') };
    const movement = holdAfterFill(hold, { cost: dec('130'), filled, leaves: dec('1') });
    expect(inCents(movement)).toEqual({
      held: '0.00',
      released: '0.00',
      drawn: '30.00',
    });
  });

  const orderArbitrary = fc.record({
    quantity: quantityUnits,
    price: priceUnits,
    weights: cutWeights,
    // In thousandths of the hold's price; often the price itself, where the hold is tightest.
    discounts: fc.array(fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 1_000 })), {
      minLength: 13,
      maxLength: 13,
    }),
    fillsMax: fc.integer({ min: 1, max: 13 }),
  });

  function fillsOf(order: {
    quantity: bigint;
    price: bigint;
    weights: number[];
    discounts: number[];
  }) {
    return cutUnits(order.quantity, order.weights).map((part, index) => {
      const discounted = (order.price * BigInt(order.discounts[index] ?? 1_000)) / 1_000n;
      return { units: part, priceUnits: discounted > 0n ? discounted : 1n };
    });
  }

  it('is never negative and never draws on buying power, and pays no more in all than it held at first, however an order is cut at prices up to its own', () => {
    fc.assert(
      fc.property(orderArbitrary, (order) => {
        const fills = fillsOf(order);
        const price = decimalOf(order.price, 8);
        const movements = replay(
          price,
          decimalOf(order.quantity, 8),
          fills.map((fill) => ({
            quantity: decimalOf(fill.units, 8),
            price: decimalOf(fill.priceUnits, 8),
          })),
        );
        for (const movement of movements) expect(movement.drawn.isZero()).toBe(true);
        expect(movements.at(-1)?.held.isZero()).toBe(true);
        const paid = movements.reduce((sum, { cost }) => sum.plus(cost), ZERO);
        const notional = fills.reduce((sum, fill) => sum + fill.units * fill.priceUnits, 0n);
        const [least, worst] = [notional, order.quantity * order.price].map(
          (sum) => (sum + CENT_UNITS - 1n) / CENT_UNITS,
        );
        expect(unitsOf(paid, 2) >= (least ?? 0n) && unitsOf(paid, 2) <= (worst ?? 0n)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('has paid and holds together no more than it held at first, and holds no cent more than the leaves can cost', () => {
    fc.assert(
      fc.property(orderArbitrary, (order) => {
        const fills = fillsOf(order).slice(0, order.fillsMax);
        const price = decimalOf(order.price, 8);
        const quantity = decimalOf(order.quantity, 8);
        const movements = replay(
          price,
          quantity,
          fills.map((fill) => ({
            quantity: decimalOf(fill.units, 8),
            price: decimalOf(fill.priceUnits, 8),
          })),
        );
        let [leaves, paid] = [order.quantity, ZERO];
        movements.forEach((movement, index) => {
          leaves -= fills[index]?.units ?? 0n;
          paid = paid.plus(movement.cost);
          expect(movement.held.lte(roundUpToCents(price.times(decimalOf(leaves, 8))))).toBe(true);
          expect(paid.plus(movement.held).lte(cashHold(price, quantity).amount)).toBe(true);
        });
      }),
    );
  });
});
