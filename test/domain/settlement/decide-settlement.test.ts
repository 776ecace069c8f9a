import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../domain/money/decimal.ts';
import type { Side } from '../../../domain/orders/order.ts';
import { type DueTrade, decideSettlement } from '../../../domain/settlement/decide-settlement.ts';

const due = (executionId: string, side: Side, cash: string, minute = 0): DueTrade => ({
  ...{ executionId, side, cash: new Decimal(cash) },
  executedAt: `2026-11-23T15:${String(minute).padStart(2, '0')}:00.000Z`,
});

const decide = (settledCash: string, trades: readonly DueTrade[]) => {
  const { settle, unpaid } = decideSettlement(new Decimal(settledCash), trades);
  const ids = (of: readonly DueTrade[]) => of.map(({ executionId }) => executionId);
  return { settle: ids(settle), unpaid: ids(unpaid) };
};

describe('what settled cash allows', () => {
  it('is everything when sales and cash together pay for the purchases, to the last cent', () => {
    const trades = [due('a', 'BUY', '150.00'), due('b', 'SELL', '50.00')];
    expect(decide('100.00', trades)).toEqual({ settle: ['a', 'b'], unpaid: [] });
    expect(decide('99.99', trades)).toEqual({ settle: ['b'], unpaid: ['a'] });
    expect(decide('0', [])).toEqual({ settle: [], unpaid: [] });
  });

  it('takes sales before purchases, each kind in the order of its trades, and skips what is too dear', () => {
    const trades = [
      due('dear', 'BUY', '121.00', 1),
      due('late', 'BUY', '60.00', 9),
      due('early', 'BUY', '60.00', 5),
      due('sale', 'SELL', '20.00', 8),
    ];
    expect(decide('100.00', trades)).toEqual({
      settle: ['sale', 'early', 'late'],
      unpaid: ['dear'],
    });
    expect(decide('99.99', trades)).toEqual({
      settle: ['sale', 'early'],
      unpaid: ['dear', 'late'],
    });
  });

  it('decides by the execution’s id between trades of one moment, however they were read', () => {
    const [a, b] = [due('a', 'BUY', '60.00'), due('b', 'BUY', '60.00')];
    expect(decide('100.00', [b, a])).toEqual({ settle: ['a'], unpaid: ['b'] });
    expect(decide('100.00', [a, b])).toEqual({ settle: ['a'], unpaid: ['b'] });
  });

  it('never leaves settled cash owed, rejects no sale, and loses no trade', () => {
    const trade = fc.record({
      side: fc.constantFrom<Side>('BUY', 'SELL'),
      cents: fc.integer({ min: 0, max: 10_000 }),
      minute: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.nat(20_000), fc.array(trade, { maxLength: 12 }), (cents, drawn) => {
        const trades = drawn.map(({ side, cents: of, minute }, index) =>
          due(`e${index}`, side, new Decimal(of).div(100).toFixed(2), minute),
        );
        const settledCash = new Decimal(cents).div(100);
        const { settle, unpaid } = decideSettlement(settledCash, trades);
        const left = settle.reduce(
          (cash, one) => (one.side === 'SELL' ? cash.plus(one.cash) : cash.minus(one.cash)),
          settledCash,
        );
        expect(left.isNegative()).toBe(false);
        expect(unpaid.filter(({ side }) => side === 'SELL')).toEqual([]);
        for (const { cash } of unpaid) expect(cash.gt(left)).toBe(true);
        expect(new Set([...settle, ...unpaid])).toEqual(new Set(trades));
        expect(settle.length + unpaid.length).toBe(trades.length);
      }),
    );
  });
});
