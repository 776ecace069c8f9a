import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { postDeposit } from '../../../domain/ledger/transfers.ts';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';
import { decimalOf } from '../arbitraries.ts';
import { Account, type Order } from './account-model.ts';

const SYMBOLS = ['AAPL', 'IBM'] as const;

const centsUpTo = (max: bigint) => fc.bigInt({ min: 1n, max });

const actionArbitrary = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('deposit' as const), cents: centsUpTo(1_000_000n) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      symbol: fc.constantFrom(...SYMBOLS),
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      quantity: fc.oneof(
        centsUpTo(500n).map((tenths) => tenths * 10_000_000n),
        fc.bigInt({ min: 1n, max: 5_000_000_000n }),
      ),
      cents: fc.oneof(centsUpTo(20n), centsUpTo(20_000n)),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('fill' as const),
      order: fc.nat(),
      share: fc.integer({ min: 1, max: 1_000 }),
      whole: fc.boolean(),
      improvement: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 900 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      order: fc.nat(),
      execType: fc.constantFrom('CANCELED', 'EXPIRED', 'REJECTED'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('endDay' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('withdraw' as const),
      share: fc.integer({ min: 1, max: 1_000 }),
    }),
  },
);

type Action = typeof actionArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** A fill at the order's price or better; of a closed order, a late one. */
function fillSome(account: Account, order: Order, action: Extract<Action, { do: 'fill' }>): void {
  const unfilled = order.state.quantity.minus(order.state.filledQuantity);
  const part = unfilled.times(action.share).div(1_000).toDecimalPlaces(8, Decimal.ROUND_UP);
  const better = order.price.times(action.improvement).div(1_000);
  const price = order.side === 'BUY' ? order.price.minus(better) : order.price.plus(better);
  account.fill(order, action.whole ? unfilled : part, price.toDecimalPlaces(8, Decimal.ROUND_DOWN));
}

function perform(account: Account, action: Action): void {
  if (action.do === 'deposit') account.post(postDeposit(decimalOf(action.cents, 2)));
  else if (action.do === 'endDay') account.today += 1;
  else if (action.do === 'settle') account.settleNextDue();
  else if (action.do === 'withdraw') account.withdraw(action.share);
  else if (action.do === 'submit')
    account.submit(
      action.symbol,
      action.side,
      decimalOf(action.quantity, 8),
      decimalOf(action.cents, 2),
    );
  else {
    const order = account.orders[action.order % Math.max(account.orders.length, 1)];
    if (order && action.do === 'end') account.cancel(order, action.execType);
    else if (order && action.do === 'fill') fillSome(account, order, action);
  }
}

/**
 * Runs an account that starts with USD 10,000.00 and 40 AAPL bought at 10.01, and checks it after
 * each action.
 */
function forAnyLife(check: (account: Account) => void): void {
  fc.assert(
    fc.property(fc.array(actionArbitrary, { minLength: 1, maxLength: 40 }), (actions) => {
      const account = new Account();
      account.post(postDeposit(new Decimal('10400.40')));
      perform(account, {
        do: 'submit',
        symbol: 'AAPL',
        side: 'BUY',
        quantity: 4_000_000_000n,
        cents: 1_001n,
      });
      perform(account, { do: 'fill', order: 0, share: 1_000, whole: true, improvement: 0 });
      expect(account.buyingPower.toFixed(2)).toBe('10000.00');
      for (const action of actions) {
        perform(account, action);
        check(account);
      }
    }),
    { numRuns: 200 },
  );
}

describe('an account through any deposits, orders, fills, late fills, cancels, settlements on their day or late, and withdrawals', () => {
  it('sums to zero in every asset', () => {
    forAnyLife((account) => {
      for (const asset of ['USD', ...SYMBOLS]) {
        const sum = [...account.balances]
          .filter(([key]) => key.endsWith(` ${asset}`))
          .reduce((total, [, balance]) => total.plus(balance), ZERO);
        expect(sum.isZero()).toBe(true);
      }
    });
  });

  it('never has negative settled cash, held cash or buying power', () => {
    forAnyLife((account) => {
      expect(account.balance('CASH_SETTLED').gte(0)).toBe(true);
      expect(account.balance('CASH_HELD').gte(0)).toBe(true);
      expect(account.buyingPower.gte(0)).toBe(true);
    });
  });

  it('holds in cash exactly what its open orders hold, in whole cents', () => {
    forAnyLife((account) => {
      const held = account.orders.reduce(
        (sum, { hold }) => (hold.kind === 'CASH' ? sum.plus(hold.amount) : sum),
        ZERO,
      );
      expect(account.balance('CASH_HELD').eq(held)).toBe(true);
      for (const [key, balance] of account.balances)
        if (key.endsWith(' USD')) expect(balance.decimalPlaces()).toBeLessThanOrEqual(2);
    });
  });

  it('has the same shares in its positions as in its ledger', () => {
    forAnyLife((account) => {
      for (const symbol of SYMBOLS) {
        const shares = account
          .balance('SECURITIES', symbol)
          .plus(account.balance('SECURITIES_UNSETTLED', symbol));
        expect(shares.eq(account.position(symbol).quantity)).toBe(true);
      }
    });
  });

  it('can settle every day that is due, one after another, without a cent missing', () => {
    forAnyLife((account) => {
      const [settled, unsettled] = [
        account.balance('CASH_SETTLED'),
        account.balance('CASH_UNSETTLED'),
      ];
      const later = new Account();
      for (const [key, balance] of account.balances) later.balances.set(key, balance);
      later.unsettled = account.unsettled;
      later.today = account.today + 1;
      while (later.unsettled.length > 0) {
        later.settleNextDue();
        expect(later.balance('CASH_SETTLED').gte(0)).toBe(true);
      }
      expect(later.buyingPower.eq(settled.plus(unsettled))).toBe(true);
      expect(later.balance('CASH_UNSETTLED').plus(later.balance('CASH_HELD')).isZero()).toBe(true);
      for (const symbol of SYMBOLS)
        expect(later.balance('SECURITIES_UNSETTLED', symbol).isZero()).toBe(true);
    });
  });

  it('has less cash than its results say by what rounding leaves to the house: less than a cent an order and a cent a fill', () => {
    forAnyLife((account) => {
      const traded = account.balance('CLEARING').neg();
      const exact = SYMBOLS.map((symbol) => account.position(symbol)).reduce(
        (sum, position) =>
          sum
            .plus(position.realizedPnl)
            .minus(position.quantity.lt(0) ? position.costBasis.neg() : position.costBasis),
        ZERO,
      );
      const left = exact.minus(traded);
      expect(left.gte(0)).toBe(true);
      expect(left.lte(new Decimal('0.01').times(account.orders.length + account.fills))).toBe(true);
    });
  });
});

describe('a withdrawal while a purchase that is due waits for its settlement', () => {
  it('leaves what the purchase needs, though shares sold since would pay for it a day later', () => {
    const account = new Account();
    account.post(postDeposit(new Decimal('100.00')));
    const trade = (side: 'BUY' | 'SELL'): void => {
      account.submit('AAPL', side, new Decimal(10), new Decimal(10));
      const order = account.orders.at(-1) ?? expect.fail('the order was rejected');
      account.fill(order, new Decimal(10), new Decimal(10));
    };
    trade('BUY');
    account.today = 1;
    trade('SELL');
    expect([account.balance('CASH_SETTLED').toFixed(), account.buyingPower.toFixed()]).toEqual([
      '100',
      '100',
    ]);
    expect(account.withdrawable.toFixed()).toBe('0');
    account.settleNextDue();
    expect(account.balance('CASH_SETTLED').toFixed()).toBe('0');
    account.today = 2;
    account.settleNextDue();
    expect(account.withdrawable.toFixed()).toBe('100');
  });
});
