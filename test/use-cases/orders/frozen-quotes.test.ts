import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import type { WorkingOrder } from '../../../contracts/orders/order-store.ts';
import { assertNever } from '../../../domain/assert-never.ts';
import { Decimal, formatDecimal, ZERO } from '../../../domain/money/decimal.ts';
import { isOpen, type Side } from '../../../domain/orders/order.ts';
import { fillNow } from '../../../paper-broker/matching.ts';
import { decimalOf, unitsArbitrary } from '../../domain/arbitraries.ts';
import { FrozenMarket } from './frozen-market.ts';

/**
 * How many sequences each property runs: 2,000 take four to eight seconds. `FROZEN_SEQUENCES=100000
 * npm test
 * -- test/use-cases/orders/frozen-quotes.test.ts` runs all of them, in three to four minutes.
 */
const SEQUENCES = Number(process.env.FROZEN_SEQUENCES ?? 2_000);
const MS_A_SEQUENCE_MAX = 20;

const CENT = new Decimal('0.01');
const side = fc.constantFrom<Side>('BUY', 'SELL');
/** One fill in ten is of an order that is closed. */
const IS_LATE = [...Array<boolean>(9).fill(false), true];
const permille = fc.integer({ min: 1, max: 1_000 });
/** Often all, and often next to nothing. */
const share = fc.oneof(
  { weight: 3, arbitrary: permille },
  { weight: 3, arbitrary: fc.constant(1_000) },
  { weight: 1, arbitrary: fc.constant(1) },
);
/**
 * USD in 10⁻⁵: rounding matters where an order is small, and an order just above the least is the
 * smallest that is taken.
 */
const worth = fc.oneof(
  fc.integer({ min: 100_000, max: 103_000 }),
  fc.integer({ min: 1, max: 2_000_000 }),
);

/**
 * How much is there for an order: a part of what it has left to fill, or so many 10⁻⁸ of a share,
 * which is worth a few cents or less.
 */
const available = fc.oneof(
  { weight: 4, arbitrary: fc.record({ share }) },
  { weight: 1, arbitrary: fc.record({ units: fc.bigInt({ min: 1n, max: 200_000n }) }) },
);

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('buy' as const), worth, atLimit: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sell' as const), share, atLimit: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('spend' as const),
      side,
      cents: fc.integer({ min: 1, max: 1_000 }),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('fill' as const),
      pick: fc.nat(9),
      available,
      isLate: fc.constantFrom(...IS_LATE),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      pick: fc.nat(9),
      worth,
      available,
      isGranted: fc.boolean(),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
type Available = typeof available extends fc.Arbitrary<infer T> ? T : never;

const scenario = fc.record({
  /** In hundredths of a cent; from a dollar on in whole cents. */
  bid: fc.oneof(
    fc.integer({ min: 1, max: 9_000 }),
    fc.integer({ min: 100, max: 60_000 }).map((cents) => cents * 100),
  ),
  spread: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 })),
  cents: fc.oneof(fc.integer({ min: 100, max: 900 }), fc.integer({ min: 100, max: 1_000_000 })),
  shares: fc.oneof(fc.constant(0n), unitsArbitrary(1_000_000_000n)),
  shortingAllowed: fc.boolean(),
  actions: fc.array(action, { minLength: 6, maxLength: 40, size: 'max' }),
});

/** How much of an order trades when so much is there. */
type Venue = (order: WorkingOrder, leaves: Decimal, available: Decimal, price: Decimal) => Decimal;

/** As the venue cuts orders. */
const ORDERLY: Venue = ({ order, protectionPrice }, leaves, available, price) => {
  const limit = new Decimal(order.limitPrice ?? protectionPrice ?? 0);
  const touch = { bid: price, ask: price, bidAvailable: available, askAvailable: available };
  return fillNow({ side: order.side, limit, leaves }, touch)?.quantity ?? ZERO;
};

/** Cuts wherever it likes. */
const UNRULY: Venue = (_order, leaves, available) => Decimal.min(leaves, available);

const sharesFor = (money: Decimal, price: Decimal): Decimal =>
  money.div(price).toDecimalPlaces(8, Decimal.ROUND_UP);

const market = { type: 'MARKET', limitPrice: null } as const;

function orderOf(
  account: FrozenMarket,
  asked: Extract<Action, { do: 'buy' | 'sell' | 'spend' }>,
): Partial<OrderSubmission> | null {
  if (asked.do === 'spend')
    return {
      ...market,
      side: asked.side,
      quantity: null,
      notional: formatDecimal(decimalOf(BigInt(asked.cents), 2)),
    };
  const buys = asked.do === 'buy';
  const price = account.touch(buys ? 'BUY' : 'SELL');
  const quantity = buys
    ? sharesFor(decimalOf(BigInt(asked.worth), 5), price)
    : Decimal.max(account.position, price.pow(-1))
        .times(asked.share)
        .div(1_000)
        .toDecimalPlaces(8, Decimal.ROUND_DOWN);
  if (!quantity.gt(ZERO)) return null;
  const terms = asked.atLimit
    ? ({ type: 'LIMIT', limitPrice: formatDecimal(price), timeInForce: 'GTC' } as const)
    : market;
  return { ...terms, side: buys ? 'BUY' : 'SELL', quantity: formatDecimal(quantity) };
}

const leavesOf = ({ order }: WorkingOrder): Decimal =>
  new Decimal(order.quantity).minus(order.filledQuantity);

function fillSome(
  account: FrozenMarket,
  order: WorkingOrder,
  venue: Venue,
  there: Available,
): void {
  const leaves = leavesOf(order);
  if (!leaves.gt(ZERO) || order.order.status === 'REJECTED') return;
  const size =
    'units' in there
      ? decimalOf(there.units, 8)
      : leaves.times(there.share).div(1_000).toDecimalPlaces(8, Decimal.ROUND_UP);
  const quantity = venue(order, leaves, size, account.touch(order.order.side));
  if (quantity.gt(ZERO)) account.fill(order, quantity);
}

function perform(account: FrozenMarket, asked: Action, venue: Venue): void {
  if (asked.do === 'buy' || asked.do === 'sell' || asked.do === 'spend') {
    const order = orderOf(account, asked);
    if (order) account.submit(order);
    return;
  }
  const isLate = asked.do === 'fill' && asked.isLate;
  const choice = account.orders.filter(({ order }) => isOpen(order.status) !== isLate);
  const order = choice[asked.pick % Math.max(choice.length, 1)];
  if (!order) return;
  switch (asked.do) {
    case 'fill':
      fillSome(account, order, venue, asked.available);
      break;
    case 'end':
      account.happen(order, { execType: 'CANCELED' });
      break;
    case 'replace':
      replaceBy(account, order, venue, asked);
      break;
    default:
      assertNever(asked);
  }
}

function replaceBy(
  account: FrozenMarket,
  order: WorkingOrder,
  venue: Venue,
  asked: Extract<Action, { do: 'replace' }>,
): void {
  if (order.order.notional !== null) return;
  const more = sharesFor(decimalOf(BigInt(asked.worth), 5), account.touch(order.order.side));
  const terms = { quantity: formatDecimal(more.plus(order.order.filledQuantity)) };
  account.replace(
    order,
    terms,
    () => fillSome(account, order, venue, asked.available),
    asked.isGranted,
  );
}

/** What the sequences came to: fills on each side, and orders. */
type Seen = Record<'orders' | 'replaced' | 'bought' | 'sold', number>;

/** Plays every sequence and checks the account after each action. */
function play(venue: Venue, check: (account: FrozenMarket, start: Decimal) => void): Seen {
  const seen: Seen = { orders: 0, replaced: 0, bought: 0, sold: 0 };
  const property = fc.property(
    scenario,
    ({ bid, spread, cents, shares, shortingAllowed, actions }) => {
      const tick = bid >= 10_000 ? 100 : 1;
      const prices = {
        bid: decimalOf(BigInt(bid), 4),
        ask: decimalOf(BigInt(bid + spread * tick), 4),
      };
      const account = new FrozenMarket({
        ...prices,
        cash: decimalOf(BigInt(cents), 2),
        shares: decimalOf(shares, 8),
        shortingAllowed,
      });
      const start = account.wealth;
      for (const asked of actions) {
        perform(account, asked, venue);
        check(account, start);
      }
      seen.orders += account.orders.length;
      seen.replaced += account.orders.filter(({ order }) => order.status === 'REPLACED').length;
      seen.bought += account.fills.filter((fill) => fill.side === 'BUY').length;
      seen.sold += account.fills.filter((fill) => fill.side === 'SELL').length;
    },
  );
  fc.assert(property, { numRuns: SEQUENCES });
  return seen;
}

function expectSound(account: FrozenMarket, start: Decimal): void {
  if (account.wealth.gt(start)) expect.fail(`richer by ${account.wealth.minus(start).toFixed()}`);
  if (account.buyingPower.isNeg() || account.balance('CASH_HELD').isNeg())
    expect.fail('more is spent or held than is there');
  const power = account.balance('CASH_SETTLED').plus(account.balance('CASH_UNSETTLED'));
  if (!power.eq(account.buyingPower) || !account.usdSum.isZero())
    expect.fail('the books do not add up');
}

function expectMuchSeen({ orders, replaced, bought, sold }: Seen): void {
  expect(Math.min(orders / 3, bought, sold * 2, replaced * 8)).toBeGreaterThan(SEQUENCES);
}

describe('at a quote that never moves no sequence of orders, cuts, replacements and cancels', () => {
  const timeoutMs = 30_000 + SEQUENCES * MS_A_SEQUENCE_MAX;

  it('makes anybody richer, has a purchase for nothing, or a hold that does not suffice, as the venue cuts orders', {
    timeout: timeoutMs,
  }, () => {
    const seen = play(ORDERLY, (account, start) => {
      expectSound(account, start);
      const last = account.fills.at(-1);
      if (last?.side === 'BUY' && last.cash.lt(CENT))
        expect.fail(`a purchase worth ${last.worth.toFixed()} for nothing`);
      if (account.draws > 0) expect.fail('an open order cost more than it held');
    });
    console.info({ sequences: SEQUENCES, ...seen });
    expectMuchSeen(seen);
  });

  it('makes anybody richer however a venue cuts orders; only when all that an order can cost is paid does a fill cost nothing', {
    timeout: timeoutMs,
  }, () => {
    const seen = play(UNRULY, (account, start) => {
      expectSound(account, start);
      const last = account.fills.at(-1);
      if (last?.side === 'BUY' && last.cash.lt(CENT) && last.held.gt(ZERO))
        expect.fail(`a purchase worth ${last.worth.toFixed()} for nothing`);
    });
    console.info({ sequences: SEQUENCES, ...seen });
    expectMuchSeen(seen);
  });
});

describe('orders too small to be taken, were they taken', () => {
  const of = (price: string) => ({
    ...{ cash: new Decimal(100), shares: ZERO, bid: new Decimal(price), ask: new Decimal(price) },
    shortingAllowed: false,
  });

  /**
   * Buys at the quote past the least size, as an order of a dollar that is canceled after its first
   * fill.
   */
  function buyPart(account: FrozenMarket, part: string): void {
    account.submit({
      ...market,
      quantity: formatDecimal(sharesFor(new Decimal('1.01'), account.touch('BUY'))),
    });
    const order = account.orders.at(-1) ?? expect.fail('rejected');
    account.fill(order, new Decimal(part));
    account.happen(order, { execType: 'CANCELED' });
  }

  it('BUY 0.0017982 MSFT at 29.35, then ten SELLs of 0.00017982: rejected; cut so small, they lose a cent', () => {
    const account = new FrozenMarket(of('29.35'));
    expect(account.submit({ ...market, quantity: '0.0017982' })).toBe('ORDER_TOO_SMALL');
    buyPart(account, '0.0017982');
    expect(account.submit({ ...market, side: 'SELL', quantity: '0.00017982' })).toBe(
      'ORDER_TOO_SMALL',
    );
    expect(account.submit({ ...market, side: 'SELL', quantity: '0.0017982' })).toBeNull();
    const sale = account.orders.at(-1) ?? expect.fail('rejected');
    for (let part = 0; part < 10; part += 1) account.fill(sale, new Decimal('0.00017982'));
    expect(account.fills.map(({ cash }) => cash.toFixed(2))).toEqual([
      ...['0.06', '0.00', '0.01', '0.00', '0.01', '0.00', '0.01', '0.00', '0.01', '0.00', '0.01'],
    ]);
    expect(account.cash.toFixed(2)).toBe('99.99');
  });

  it('100 BUYs of 0.00002074 AAPL: rejected; cut so small, each costs a cent, and together they sell for less than half', () => {
    const account = new FrozenMarket(of('226.66'));
    expect(account.submit({ ...market, quantity: '0.00002074' })).toBe('ORDER_TOO_SMALL');
    for (let order = 0; order < 100; order += 1) buyPart(account, '0.00002074');
    expect(account.cash.toFixed(2)).toBe('99.00');
    expect(account.position.toFixed()).toBe('0.002074');
    expect(account.submit({ ...market, side: 'SELL', quantity: '0.002074' })).toBeNull();
    account.fill(account.orders.at(-1) ?? expect.fail('rejected'), new Decimal('0.002074'));
    expect(account.fills.at(-1)?.cash.toFixed(2)).toBe('0.47');
    expect(account.cash.toFixed(2)).toBe('99.47');
  });
});
