import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, ZERO } from '../../domain/money/decimal.ts';
import { viewOrder } from '../../paper-broker/engine-state.ts';
import { isOpen, type LiveOrder, type Report } from '../../paper-broker/order.ts';
import {
  createEngineRig as createRig,
  type EngineRig as Rig,
  tell,
  describeReports as types,
} from './support/engine-rig.ts';
import { limitTerms, terms } from './support/orders.ts';

describe('any course of events', () => {
  const cents = (min: number, max: number) =>
    fc.integer({ min, max }).map((value) => new Decimal(value).dividedBy(100).toFixed());
  const asked = fc
    .record({
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      type: fc.constantFrom(
        'MARKET' as const,
        'LIMIT' as const,
        'STOP' as const,
        'STOP_LIMIT' as const,
        'TRAILING_STOP' as const,
      ),
      timeInForce: fc.constantFrom(...(['DAY', 'GTC', 'IOC', 'FOK', 'OPG', 'CLS'] as const)),
      quantity: fc
        .integer({ min: 1, max: 4_000 })
        .map((value) => new Decimal(value).dividedBy(8).toFixed()),
      price: cents(9_900, 10_100),
      isProtected: fc.boolean(),
      stop: cents(9_900, 10_100),
      trail: cents(1, 100),
      auctionInMs: fc.integer({ min: 0, max: 20 }),
      lifeMs: fc.option(fc.integer({ min: 0, max: 20 })),
    })
    .map(({ side, type, quantity, ...one }) => (nowMs: number) => {
      const rests = type !== 'MARKET' && type !== 'LIMIT';
      const timeInForce = rests && one.timeInForce !== 'GTC' ? 'DAY' : one.timeInForce;
      const hasLimit = type === 'LIMIT' || type === 'STOP_LIMIT';
      return terms({
        side,
        type,
        quantity,
        timeInForce,
        limitPrice: hasLimit ? one.price : null,
        protectionPrice: !hasLimit && one.isProtected ? one.price : null,
        stopPrice: type === 'STOP' || type === 'STOP_LIMIT' ? one.stop : null,
        trailPercent: type === 'TRAILING_STOP' ? one.trail : null,
        auctionAtMs:
          timeInForce === 'OPG' || timeInForce === 'CLS' ? nowMs + one.auctionInMs : null,
        expiresAtMs: one.lifeMs === null ? null : nowMs + one.lifeMs,
      });
    });
  const step = fc.oneof(
    fc.record({ do: fc.constant('place' as const), asked }),
    fc.record({ do: fc.constant('replace' as const), asked, index: fc.nat(30) }),
    fc.record({ do: fc.constant('cancel' as const), index: fc.nat(30) }),
    fc.record({
      do: fc.constant('quote' as const),
      bid: cents(9_900, 10_100),
      last: cents(9_900, 10_100),
      size: cents(0, 20_000),
    }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 10 }) }),
  );

  it('gives gapless numbers, never over-fills, keeps to limits, stops and auctions and to the size of each quote', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const rig = createRig();
        const placed: LiveOrder[] = [];
        const lasts: { atReport: number; last: Decimal }[] = [];
        let takenBefore = 0;
        let market = { bid: '100', ask: '100.02', last: '100', size: '100' };
        const show = (): void => {
          // What is due comes before the new quote, and trades on the one before.
          rig.engine.runDue();
          takenBefore = rig.reports.length;
          lasts.push({ atReport: takenBefore, last: new Decimal(market.last) });
          tell(rig, {
            ...market,
            bidSize: market.size,
            askSize: market.size,
            timeMs: rig.clock.nowMs,
          });
        };
        show();
        for (const one of steps) {
          const known = 'index' in one ? placed[one.index] : undefined;
          if (one.do === 'place') placed.push(rig.engine.accept(one.asked(rig.clock.nowMs), null));
          if (one.do === 'cancel' && known) rig.engine.cancel(known);
          if (one.do === 'replace' && known) {
            const replacement = rig.engine.replace(known, one.asked(rig.clock.nowMs));
            if (replacement) placed.push(replacement);
          }
          if (one.do === 'wait') {
            rig.clock.nowMs += one.ms;
            rig.engine.runDue();
          }
          if (one.do === 'quote') {
            market = {
              bid: one.bid,
              ask: new Decimal(one.bid).plus('0.02').toFixed(),
              last: one.last,
              size: one.size,
            };
            show();
          }
          checkTrades(rig, rig.reports.slice(takenBefore), market);
        }
        checkOrders(rig);
        for (const order of placed) checkStop(order, lasts);
      }),
      { numRuns: 300 },
    );
  });

  function checkTrades(
    rig: Rig,
    sinceQuote: readonly Report[],
    market: { bid: string; ask: string; size: string },
  ): void {
    const taken = { BUY: ZERO, SELL: ZERO };
    for (const report of sinceQuote) {
      const order = rig.orders.get(report.clientOrderId);
      if (report.execType !== 'TRADE' || !order || report.lastQuantity === null) continue;
      expect(report.lastPrice).toBe(order.side === 'BUY' ? market.ask : market.bid);
      taken[order.side] = taken[order.side].plus(report.lastQuantity);
    }
    expect(taken.BUY.lessThanOrEqualTo(market.size)).toBe(true);
    expect(taken.SELL.lessThanOrEqualTo(market.size)).toBe(true);
  }

  function checkOrders(rig: Rig): void {
    expect(rig.reports.map((report) => report.sequence)).toEqual(
      rig.reports.map((_, index) => index + 1),
    );
    let open = 0;
    for (const order of rig.orders.values()) {
      const trades = order.reports.filter((report) => report.execType === 'TRADE');
      const filled = Decimal.sum(0, ...trades.map((report) => report.lastQuantity ?? '0'));
      const { timeInForce, auctionAtMs, quantity } = order.terms;
      expect(order.filled.equals(filled)).toBe(true);
      if (order.replaces !== null) {
        const original = rig.orders.get(order.replaces);
        expect([original?.status, original?.filled.toFixed()]).toEqual([
          'REPLACED',
          order.carried.toFixed(),
        ]);
      }
      expect(filled.plus(order.carried).lessThanOrEqualTo(quantity)).toBe(true);
      if (isOpen(order.status)) {
        open += 1;
        expect(order.carried.plus(order.filled).plus(order.leaves).equals(quantity)).toBe(true);
      } else {
        expect(order.leaves.isZero()).toBe(true);
      }
      if (timeInForce === 'FOK')
        expect(filled.isZero() || filled.plus(order.carried).equals(quantity)).toBe(true);
      if (timeInForce === 'FOK' || timeInForce === 'IOC') expect(isOpen(order.status)).toBe(false);
      for (const { lastPrice, timeMs } of trades) {
        if (auctionAtMs !== null) expect(timeMs).toBeGreaterThanOrEqual(auctionAtMs);
        if (lastPrice === null || order.limit === null) continue;
        const isWithin =
          order.side === 'BUY'
            ? order.limit.greaterThanOrEqualTo(lastPrice)
            : order.limit.lessThanOrEqualTo(lastPrice);
        expect(isWithin).toBe(true);
      }
    }
    expect(rig.engine.openOrderCount()).toBe(open);
  }

  /**
   * It trades only once triggered, and is triggered exactly when a last price since it came reached
   * its stop.
   */
  function checkStop(
    order: LiveOrder,
    lasts: readonly { atReport: number; last: Decimal }[],
  ): void {
    if (!order.filled.isZero() && order.stop) expect(order.triggeredAtMs).not.toBeNull();
    if (order.terms.stopPrice === null || order.status === 'REJECTED') return;
    // Written down with the reports there were: the one it came upon, and those until its end.
    const end =
      order.reports.find((report) => !isOpen(report.orderStatus))?.sequence ??
      Number.POSITIVE_INFINITY;
    const upon = lasts.findLastIndex(({ atReport }) => atReport < order.firstSequence);
    const seen = lasts
      .filter(({ atReport }, index) => index >= upon && atReport < end)
      .map(({ last }) => last);
    const isReached = seen.some((last) =>
      order.side === 'BUY'
        ? last.gte(order.terms.stopPrice ?? 0)
        : last.lte(order.terms.stopPrice ?? 0),
    );
    if (order.reports.some(({ execType }) => execType === 'TRIGGERED'))
      expect(isReached).toBe(true);
    else if (isOpen(order.status) && order.triggeredAtMs === null) expect(isReached).toBe(false);
  }
});

describe('one order', () => {
  it('a limit order gets the better price of the quote', () => {
    const rig = createRig();
    tell(rig);
    const order = rig.engine.accept(limitTerms('105'), null);
    expect(order.reports[1]?.lastPrice).toBe('100.02');
    expect(order.status).toBe('FILLED');
  });

  it('a market order rests at its protection and trades when the market comes back', () => {
    const rig = createRig();
    tell(rig);
    const order = rig.engine.accept(terms({ protectionPrice: '100.01' }), null);
    expect(types(order.reports)).toEqual(['NEW/NEW']);
    tell(rig, { bid: '99.98', ask: '100.01' });
    expect(types(order.reports)).toEqual(['NEW/NEW', 'TRADE/FILLED']);
    expect(order.reports.map((report) => report.inAnswer)).toEqual([true, false]);
  });

  it('an order larger than the quote is filled quote by quote', () => {
    const rig = createRig();
    tell(rig, { askSize: '4' });
    const order = rig.engine.accept(terms({ quantity: '10' }), null);
    tell(rig, { askSize: '4.5' });
    tell(rig, { askSize: '4' });
    expect(types(order.reports)).toEqual([
      'NEW/NEW',
      'TRADE/PARTIALLY_FILLED',
      'TRADE/PARTIALLY_FILLED',
      'TRADE/FILLED',
    ]);
    expect(order.reports.map((report) => report.lastQuantity)).toEqual([null, '4', '4', '2']);
  });

  it('leaves what it could not be cut for to the next quote: half a share of whole ones, and what is worth less than a cent', () => {
    const rig = createRig();
    tell(rig, { ask: '100.00', askSize: '1' });
    const small = rig.engine.accept(terms({ quantity: '0.99995' }), null);
    const larger = rig.engine.accept(terms({ quantity: '0.5' }), null);
    expect([small, larger].map(({ reports }) => types(reports))).toEqual([
      ['NEW/NEW', 'TRADE/FILLED'],
      ['NEW/NEW'],
    ]);
    tell(rig, { ask: '100.00', askSize: '1' });
    expect(types(larger.reports)).toEqual(['NEW/NEW', 'TRADE/FILLED']);
  });

  it('the same quote told again does not bring its size back', () => {
    const rig = createRig();
    const known = { askSize: '10', sequence: 7, timeMs: 5_000 };
    tell(rig, known);
    rig.engine.accept(terms({ quantity: '10' }), null);
    tell(rig, known);
    expect(types(rig.engine.accept(terms({ quantity: '1' }), null).reports)).toEqual(['NEW/NEW']);
  });

  it('a source that starts anew is heard though it counts from 1 again', () => {
    const rig = createRig();
    tell(rig, { sequence: 900, timeMs: 5_000 });
    tell(rig, { sequence: 1, timeMs: 6_000, ask: '90', bid: '89' });
    expect(rig.engine.quoteOf('AAPL')?.sequence).toBe(1);
  });

  it('an order past its end is never filled, whatever comes first', () => {
    const rig = createRig();
    tell(rig);
    const order = rig.engine.accept(limitTerms('90', { expiresAtMs: 2_000 }), null);
    rig.clock.nowMs = 2_000;
    tell(rig, { bid: '89.98', ask: '90' });
    expect(types(order.reports)).toEqual(['NEW/NEW', 'EXPIRED/EXPIRED']);
  });

  it('an order that comes after its end expires at once', () => {
    const rig = createRig();
    tell(rig);
    expect(types(rig.engine.accept(terms({ expiresAtMs: 999 }), null).reports)).toEqual([
      'NEW/NEW',
      'EXPIRED/EXPIRED',
    ]);
  });

  it('the next end is the earliest of those that rest', () => {
    const rig = createRig();
    tell(rig);
    rig.engine.accept(limitTerms('90', { expiresAtMs: 3_000 }), null);
    rig.engine.accept(limitTerms('90', { expiresAtMs: 2_000 }), null);
    rig.engine.accept(limitTerms('90'), null);
    expect(rig.engine.nextDueMs()).toBe(2_000);
    rig.clock.nowMs = 2_500;
    rig.engine.runDue();
    expect(rig.engine.nextDueMs()).toBe(3_000);
  });

  it('IOC reports what it filled and cancels the rest with a reason', () => {
    const rig = createRig();
    tell(rig, { askSize: '4' });
    const order = rig.engine.accept(terms({ timeInForce: 'IOC' }), null);
    expect(types(order.reports)).toEqual([
      'NEW/NEW',
      'TRADE/PARTIALLY_FILLED',
      'CANCELED/CANCELED',
    ]);
    expect(order.reports[2]).toMatchObject({
      cumulativeQuantity: '4',
      leavesQuantity: '0',
      rejectCode: 'IOC_REMAINDER_CANCELED',
    });
  });

  it('a symbol that was never quoted is rejected', () => {
    const rig = createRig();
    tell(rig);
    const order = rig.engine.accept(terms({ symbol: 'NOPE' }), null);
    expect(order).toMatchObject({ status: 'REJECTED', rejectCode: 'UNKNOWN_SYMBOL' });
    expect(types(order.reports)).toEqual(['REJECTED/REJECTED']);
  });
});

describe('restore', () => {
  it('brings back orders, priority, numbers and what was taken of the quote', () => {
    const before = createRig();
    const known = { askSize: '10', ask: '100', bid: '99.98', sequence: 7, timeMs: 5_000 };
    tell(before, known);
    before.engine.accept(terms({ quantity: '6' }), null);
    const late = before.engine.accept(limitTerms('98'), null);
    const early = before.engine.accept(limitTerms('99'), null);
    const durable = {
      lastSequence: before.reports.length,
      openOrders: [late, early].map(viewOrder),
      usages: [...before.usages.values()],
    };

    const after = createRig();
    after.engine.restore(durable);
    tell(after, known);
    // 4 of 10 are left of the known quote.
    expect(
      viewOrder(after.engine.accept(terms({ quantity: '10', timeInForce: 'IOC' }), null))
        .filledQuantity,
    ).toBe('4');
    tell(after, { ask: '97', bid: '96.98', askSize: '12', timeMs: 6_000 });
    const fills = after.reports
      .filter((report) => !report.inAnswer)
      .map((report) => [report.clientOrderId, report.lastQuantity]);
    expect(fills).toEqual([
      [early.terms.clientOrderId, '10'],
      [late.terms.clientOrderId, '2'],
    ]);
    expect(after.reports[0]?.sequence).toBe(before.reports.length + 1);
  });
});
