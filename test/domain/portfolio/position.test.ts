import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, formatDecimal, ZERO } from '../../../domain/money/decimal.ts';
import {
  applyFill,
  averagePrice,
  EMPTY_POSITION,
  type PositionState,
  positionStatus,
  positionType,
  valuePosition,
} from '../../../domain/portfolio/position.ts';
import {
  cutUnits,
  cutWeights,
  decimalOf,
  priceUnits,
  quantityUnits,
  unitsOf,
} from '../arbitraries.ts';
import { type Fraction, type ModelFill, replayLots } from './average-cost-lots.ts';

const fillsArbitrary: fc.Arbitrary<ModelFill[]> = fc.array(
  fc.record({
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    // Small whole shares meet at zero often; the others are of every size.
    quantity: fc.oneof(
      fc.bigInt({ min: 1n, max: 4n }).map((shares) => shares * 100_000_000n),
      quantityUnits,
    ),
    price: priceUnits,
  }),
  { maxLength: 20 },
);

const toFill = (fill: ModelFill) => ({
  side: fill.side,
  quantity: decimalOf(fill.quantity, 8),
  price: decimalOf(fill.price, 8),
});

const replay = (fills: readonly ModelFill[]): PositionState =>
  fills.map(toFill).reduce(applyFill, EMPTY_POSITION);

function expectNear(actual: Decimal, exact: Fraction, toleranceUnits: bigint): void {
  const difference = unitsOf(actual, 16) * exact.denominator - exact.numerator;
  expect((difference < 0n ? -difference : difference) <= toleranceUnits * exact.denominator).toBe(
    true,
  );
}

const [BUY, SELL] = ['BUY', 'SELL'] as const;

function trades(
  ...fills: [side: 'BUY' | 'SELL', quantity: string, price: string][]
): PositionState {
  return fills
    .map(([side, quantity, price]) => ({
      side,
      quantity: new Decimal(quantity),
      price: new Decimal(price),
    }))
    .reduce(applyFill, EMPTY_POSITION);
}

function summary(position: PositionState) {
  return {
    quantity: formatDecimal(position.quantity),
    averagePrice: formatDecimal(averagePrice(position)),
    costBasis: formatDecimal(position.costBasis),
    realizedPnl: formatDecimal(position.realizedPnl),
    is: `${positionType(position)} ${positionStatus(position)}`,
  };
}

describe('applyFill', () => {
  it('averages purchases: (q·p + Δq·Δp) / (q + Δq)', () => {
    expect(summary(trades([BUY, '10', '205.75'], [BUY, '5', '211']))).toEqual({
      quantity: '15',
      averagePrice: '207.5',
      costBasis: '3112.5',
      realizedPnl: '0',
      is: 'LONG ACTIVE',
    });
  });

  it('realizes against the average and leaves it alone when it sells a part', () => {
    expect(summary(trades([BUY, '10', '100'], [BUY, '10', '110'], [SELL, '5', '120']))).toEqual({
      quantity: '15',
      averagePrice: '105',
      costBasis: '1575',
      realizedPnl: '75',
      is: 'LONG ACTIVE',
    });
  });

  it('closes at exactly no basis, however badly the shares divide', () => {
    expect(
      summary(
        trades(
          [BUY, '3', '0.33333333'],
          [SELL, '1', '0.5'],
          [SELL, '1', '0.5'],
          [SELL, '1', '0.5'],
        ),
      ),
    ).toEqual({
      quantity: '0',
      averagePrice: '0',
      costBasis: '0',
      realizedPnl: '0.50000001',
      is: 'LONG CLOSED',
    });
  });

  it('flips from long to short through zero, at the price of the fill', () => {
    expect(summary(trades([BUY, '10', '100'], [SELL, '15', '110']))).toEqual({
      quantity: '-5',
      averagePrice: '110',
      costBasis: '550',
      realizedPnl: '100',
      is: 'SHORT ACTIVE',
    });
  });

  it('gains on a short position when it is bought back for less, and flips to long', () => {
    expect(summary(trades([SELL, '4', '50'], [SELL, '4', '60'], [BUY, '2', '45']))).toEqual({
      quantity: '-6',
      averagePrice: '55',
      costBasis: '330',
      realizedPnl: '20',
      is: 'SHORT ACTIVE',
    });
    expect(summary(trades([SELL, '4', '50'], [BUY, '10', '60']))).toEqual({
      quantity: '6',
      averagePrice: '60',
      costBasis: '360',
      realizedPnl: '-40',
      is: 'LONG ACTIVE',
    });
  });

  it('does not change the position it is given', () => {
    const before = Object.freeze(trades([BUY, '10', '100']));
    applyFill(before, { side: 'SELL', quantity: new Decimal(15), price: new Decimal(90) });
    expect(summary(before).quantity).toBe('10');
  });
});

describe('any sequence of fills', () => {
  it('agrees with keeping every lot, to a unit of the 16th decimal per fill', () => {
    fc.assert(
      fc.property(fillsArbitrary, (fills) => {
        const position = replay(fills);
        const model = replayLots(fills);
        expect(unitsOf(position.quantity, 8)).toBe(model.quantity);
        expectNear(position.costBasis, model.costBasis, BigInt(fills.length));
        expectNear(position.realizedPnl, model.realizedPnl, BigInt(fills.length));
      }),
      { numRuns: 300 },
    );
  });

  it('loses nothing: sales − purchases = realized P&L − signed basis, exactly', () => {
    fc.assert(
      fc.property(fillsArbitrary, (fills) => {
        const position = replay(fills);
        const cash = fills.reduce(
          (sum, { side, quantity, price }) => sum + (side === 'SELL' ? 1n : -1n) * quantity * price,
          0n,
        );
        const basis = position.quantity.lt(0) ? position.costBasis.neg() : position.costBasis;
        expect(unitsOf(position.realizedPnl.minus(basis), 16)).toBe(cash);
      }),
    );
  });

  it('has a basis that is never negative, of 16 decimals, and none once closed', () => {
    fc.assert(
      fc.property(fillsArbitrary, (fills) => {
        const states = fills.map((_, index) => replay(fills.slice(0, index + 1)));
        for (const position of states) {
          expect(position.costBasis.gte(0)).toBe(true);
          expect(position.costBasis.decimalPlaces()).toBeLessThanOrEqual(16);
          expect(position.realizedPnl.decimalPlaces()).toBeLessThanOrEqual(16);
          if (positionStatus(position) === 'CLOSED') {
            expect(position.costBasis.isZero() && averagePrice(position).isZero()).toBe(true);
            expect(positionType(position)).toBe('LONG');
          }
        }
      }),
    );
  });

  it('has the same average price however a purchase is cut', () => {
    fc.assert(
      fc.property(quantityUnits, priceUnits, cutWeights, (quantity, price, weights) => {
        const cut = replay(
          cutUnits(quantity, weights).map((part) => ({ side: 'BUY', quantity: part, price })),
        );
        const whole = replay([{ side: 'BUY', quantity, price }]);
        expect(summary(cut)).toEqual(summary(whole));
        expect(averagePrice(whole).eq(decimalOf(price, 8))).toBe(true);
      }),
    );
  });

  it('mirrors: buying where it sold and selling where it bought gives the opposite position and the opposite result', () => {
    fc.assert(
      fc.property(fillsArbitrary, (fills) => {
        const position = replay(fills);
        const mirrored = replay(
          fills.map((fill) => ({ ...fill, side: fill.side === 'BUY' ? 'SELL' : 'BUY' })),
        );
        expect(mirrored.quantity.plus(position.quantity).isZero()).toBe(true);
        expect(mirrored.realizedPnl.plus(position.realizedPnl).isZero()).toBe(true);
        expect(mirrored.costBasis.eq(position.costBasis)).toBe(true);
      }),
    );
  });
});

describe('valuePosition', () => {
  const values = (position: PositionState, price: string) => {
    const { marketValue, unrealizedPnl } = valuePosition(position, new Decimal(price));
    return [formatDecimal(marketValue), formatDecimal(unrealizedPnl)];
  };

  it('signs the value of a short position and the result of both', () => {
    expect(values(trades([BUY, '10', '100']), '110.5')).toEqual(['1105', '105']);
    expect(values(trades([BUY, '10', '100']), '90')).toEqual(['900', '-100']);
    expect(values(trades([SELL, '10', '100']), '110')).toEqual(['-1100', '-100']);
    expect(values(trades([SELL, '10', '100']), '90')).toEqual(['-900', '100']);
    expect(values(trades([BUY, '1', '100'], [SELL, '1', '90']), '80')).toEqual(['0', '0']);
  });

  it('promises what closing at that price would realize', () => {
    fc.assert(
      fc.property(fillsArbitrary, priceUnits, (fills, price) => {
        const position = replay(fills);
        const { unrealizedPnl } = valuePosition(position, decimalOf(price, 8));
        if (position.quantity.isZero()) {
          expect(unrealizedPnl.eq(ZERO)).toBe(true);
          return;
        }
        const side = position.quantity.gt(0) ? SELL : BUY;
        const closed = applyFill(position, {
          side,
          quantity: position.quantity.abs(),
          price: decimalOf(price, 8),
        });
        expect(closed.realizedPnl.minus(position.realizedPnl).eq(unrealizedPnl)).toBe(true);
      }),
    );
  });
});
