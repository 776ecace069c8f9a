import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, ZERO } from '../../domain/money/decimal.ts';
import {
  comparePriority,
  crosses,
  type Interest,
  matchIncoming,
  matchResting,
  type Touch,
} from '../../paper-broker/matching.ts';

const cents = (min: number, max: number) =>
  fc.integer({ min, max }).map((value) => new Decimal(value).dividedBy(100));
/** Quantities with up to 8 decimals, zero included. */
const size = fc
  .integer({ min: 0, max: 50_000_000_000 })
  .map((value) => new Decimal(value).dividedBy(100_000_000));
const positiveSize = size.filter((value) => value.greaterThan(0));
const side = fc.constantFrom('BUY' as const, 'SELL' as const);

const touch: fc.Arbitrary<Touch> = fc
  .record({ bid: cents(0, 20_000), spread: cents(0, 50), bidAvailable: size, askAvailable: size })
  .map(({ bid, spread, ...sizes }) => ({
    bid,
    ask: bid.isZero() ? ZERO : bid.plus(spread),
    ...sizes,
  }));

const interest: fc.Arbitrary<Interest> = fc.record({
  side,
  limit: fc.option(cents(1, 20_000)),
  leaves: positiveSize,
});
const timeInForce = fc.constantFrom('DAY' as const, 'GTC' as const, 'IOC' as const, 'FOK' as const);

const availableTo = (order: Interest, { bidAvailable, askAvailable }: Touch): Decimal =>
  order.side === 'BUY' ? askAvailable : bidAvailable;

describe('an incoming order', () => {
  it('never fills more than it asks for or than the quote has left', () => {
    fc.assert(
      fc.property(interest, timeInForce, touch, (order, tif, market) => {
        const { fill } = matchIncoming(order, tif, market);
        if (!fill) return;
        expect(fill.quantity.greaterThan(0)).toBe(true);
        expect(fill.quantity.lessThanOrEqualTo(order.leaves)).toBe(true);
        expect(fill.quantity.lessThanOrEqualTo(availableTo(order, market))).toBe(true);
      }),
    );
  });

  it('never trades at a worse price than its limit or protection, and always at the quote', () => {
    fc.assert(
      fc.property(interest, timeInForce, touch, (order, tif, market) => {
        const { fill } = matchIncoming(order, tif, market);
        if (!fill) return;
        expect(fill.price.equals(order.side === 'BUY' ? market.ask : market.bid)).toBe(true);
        if (order.limit && order.side === 'BUY')
          expect(fill.price.lessThanOrEqualTo(order.limit)).toBe(true);
        if (order.limit && order.side === 'SELL')
          expect(fill.price.greaterThanOrEqualTo(order.limit)).toBe(true);
      }),
    );
  });

  it('is never cut into parts worth less than a cent, but trades whole however small it is', () => {
    const tiny = fc
      .integer({ min: 0, max: 100_000 })
      .map((value) => new Decimal(value).dividedBy(100_000_000));
    const smallMarket = fc
      .record({ bid: cents(1, 20_000), bidAvailable: tiny, askAvailable: tiny })
      .map((market) => ({ ...market, ask: market.bid }));
    const small = fc.record({
      side,
      limit: fc.constant(null),
      leaves: tiny.filter((value) => value.greaterThan(0)),
    });
    fc.assert(
      fc.property(small, smallMarket, (order, market) => {
        const { fill } = matchIncoming(order, 'DAY', market);
        if (availableTo(order, market).greaterThanOrEqualTo(order.leaves))
          expect(fill?.quantity.equals(order.leaves)).toBe(true);
        else if (fill) {
          for (const part of [fill.quantity, order.leaves.minus(fill.quantity)]) {
            expect(part.times(fill.price).greaterThanOrEqualTo('0.01')).toBe(true);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['three shares, two and a half there', '3', '2.5', '2'],
    ['three shares, half a one there', '3', '0.5', null],
    ['three and a half shares, two and a half there', '3.5', '2.5', '2.5'],
    ['ten cents, three of them there', '0.001', '0.0003', '0.0003'],
    ['ten cents, all but half a cent there', '0.001', '0.00095', '0.0009'],
    ['ten cents, half a cent there', '0.001', '0.00005', null],
    ['a cent and a half, a cent there', '0.00015', '0.0001', null],
    ['half a cent, all of it there', '0.00005', '0.00005', '0.00005'],
  ])('of %s at 100.00 trades what can be paid for', (_what, leaves, available, expected) => {
    const market: Touch = {
      bid: ZERO,
      ask: new Decimal(100),
      bidAvailable: ZERO,
      askAvailable: new Decimal(available),
    };
    const { fill } = matchIncoming(
      { side: 'BUY', limit: null, leaves: new Decimal(leaves) },
      'GTC',
      market,
    );
    expect(fill?.quantity.toFixed() ?? null).toBe(expected);
  });

  it('FOK trades whole or not at all', () => {
    fc.assert(
      fc.property(interest, touch, (order, market) => {
        const { fill, remainder, rejectCode } = matchIncoming(order, 'FOK', market);
        const fillable =
          crosses(order.side, order.limit, market) &&
          availableTo(order, market).greaterThanOrEqualTo(order.leaves);
        if (fillable) expect(fill?.quantity.equals(order.leaves)).toBe(true);
        else
          expect({ fill, remainder, rejectCode }).toEqual({
            fill: null,
            remainder: 'CANCELED',
            rejectCode: 'FOK_NOT_FILLABLE',
          });
      }),
    );
  });

  it('IOC leaves nothing behind, DAY and GTC leave exactly what was not filled', () => {
    fc.assert(
      fc.property(interest, touch, timeInForce, (order, market, tif) => {
        const { fill, remainder } = matchIncoming(order, tif, market);
        const isWhole = fill?.quantity.equals(order.leaves) === true;
        const expected = tif === 'DAY' || tif === 'GTC' ? 'RESTS' : 'CANCELED';
        expect(remainder).toBe(isWhole ? 'NONE' : expected);
      }),
    );
  });

  it('does not trade on a side without a price', () => {
    const market: Touch = {
      bid: ZERO,
      ask: ZERO,
      bidAvailable: new Decimal(10),
      askAvailable: new Decimal(10),
    };
    expect(
      matchIncoming({ side: 'BUY', limit: null, leaves: new Decimal(1) }, 'DAY', market).fill,
    ).toBeNull();
    expect(
      matchIncoming({ side: 'SELL', limit: null, leaves: new Decimal(1) }, 'DAY', market).fill,
    ).toBeNull();
  });
});

describe('resting orders of one side', () => {
  const queue = fc
    .tuple(
      side,
      fc.array(fc.record({ limit: fc.option(cents(9_000, 11_000)), leaves: positiveSize }), {
        maxLength: 12,
      }),
    )
    .map(([one, orders]) =>
      orders.map((order, arrival) => ({ ...order, side: one, arrival })).sort(comparePriority),
    );
  const market = fc
    .record({ bid: cents(9_000, 11_000), bidAvailable: size, askAvailable: size })
    .map((quote) => ({ ...quote, ask: quote.bid.plus('0.02') }));

  /** Half of the least that an order is cut for: two cents' worth or, of whole shares, two. */
  const leastCut = ({ side, leaves }: Interest, { ask, bid }: Touch): Decimal =>
    leaves.isInteger()
      ? new Decimal(1)
      : new Decimal('0.0100001').dividedBy(side === 'BUY' ? ask : bid);

  it('never take more of a quote than its size', () => {
    fc.assert(
      fc.property(queue, market, (orders, quote) => {
        const taken = Decimal.sum(
          0,
          ...matchResting(orders, quote).map(({ fill }) => fill.quantity),
        );
        const first = orders[0];
        if (first) expect(taken.lessThanOrEqualTo(availableTo(first, quote))).toBe(true);
      }),
    );
  });

  it('are filled in price-time priority: nobody trades what one before it could still take', () => {
    fc.assert(
      fc.property(queue, market, (orders, quote) => {
        const filled = new Map(
          matchResting(orders, quote).map(({ order, fill }) => [order.arrival, fill.quantity]),
        );
        const fillOf = ({ arrival }: { arrival: number }) => filled.get(arrival) ?? ZERO;
        for (const [index, order] of orders.entries()) {
          if (fillOf(order).equals(order.leaves)) continue;
          const afterIt = Decimal.sum(0, ...orders.slice(index + 1).map(fillOf));
          expect(afterIt.dividedBy(2).lessThan(leastCut(order, quote))).toBe(true);
        }
      }),
      { numRuns: 1_000, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('use the quote up: who was not filled cannot trade with what is left', () => {
    fc.assert(
      fc.property(queue, market, (orders, quote) => {
        const fills = matchResting(orders, quote);
        const taken = Decimal.sum(0, ...fills.map(({ fill }) => fill.quantity));
        for (const order of orders) {
          const got = fills.find((candidate) => candidate.order === order)?.fill.quantity ?? ZERO;
          const wantsMore = got.lessThan(order.leaves) && crosses(order.side, order.limit, quote);
          if (!wantsMore) continue;
          const left = availableTo(order, quote).minus(taken);
          expect(left.dividedBy(2).lessThan(leastCut(order, quote))).toBe(true);
        }
      }),
    );
  });

  it('stand in order of willingness, a market order before all, then of arrival', () => {
    const at = (limit: string | null, arrival: number) => ({
      side: 'BUY' as const,
      limit: limit === null ? null : new Decimal(limit),
      arrival,
    });
    const buys = [at('99', 1), at('101', 4), at(null, 5), at('101', 2), at(null, 3)].sort(
      comparePriority,
    );
    expect(buys.map(({ arrival }) => arrival)).toEqual([3, 5, 2, 4, 1]);
    const sells = buys.map((order) => ({ ...order, side: 'SELL' as const })).sort(comparePriority);
    expect(sells.map(({ arrival }) => arrival)).toEqual([3, 5, 1, 2, 4]);
  });
});
