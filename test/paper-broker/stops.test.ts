import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../domain/money/decimal.ts';
import { isOnPriceIncrement } from '../../domain/risk/price-increment.ts';
import { viewOrder } from '../../paper-broker/engine-state.ts';
import type { OrderTerms } from '../../paper-broker/order.ts';
import { stopBehindMark } from '../../paper-broker/stops.ts';
import { createEngineRig, describeReports, restart, tell } from './support/engine-rig.ts';
import { limitTerms, terms } from './support/orders.ts';

const stopTerms = (stopPrice: string, changes: Partial<OrderTerms> = {}): OrderTerms =>
  terms({ type: 'STOP', stopPrice, ...changes });
const trailingTerms = (trailPercent: string, changes: Partial<OrderTerms> = {}): OrderTerms =>
  terms({ type: 'TRAILING_STOP', trailPercent, ...changes });

/** A quote around a last price. */
const at = (last: string, changes: object = {}) => ({
  bid: new Decimal(last).minus('0.01').toFixed(),
  ask: new Decimal(last).plus('0.01').toFixed(),
  last,
  ...changes,
});

describe('a stop order', () => {
  it.each([
    { side: 'BUY', stop: '101', before: '100.99', reached: '101', price: '101.01' },
    { side: 'BUY', stop: '101', before: '100.5', reached: '104', price: '104.01' },
    { side: 'SELL', stop: '99', before: '99.01', reached: '99', price: '98.99' },
    { side: 'SELL', stop: '99', before: '99.5', reached: '95', price: '94.99' },
  ] as const)(
    'to $side at $stop does not trade at $before, and trades at the market once the last is $reached',
    (one) => {
      const rig = createEngineRig();
      tell(rig, at('100'));
      const order = rig.engine.accept(stopTerms(one.stop, { side: one.side }), null);
      tell(rig, at(one.before));
      expect(describeReports(order.reports)).toEqual(['NEW/NEW']);
      expect(order.triggeredAtMs).toBeNull();
      tell(rig, at(one.reached));
      expect(describeReports(order.reports)).toEqual(['NEW/NEW', 'TRIGGERED/NEW', 'TRADE/FILLED']);
      expect(order.reports[1]).toMatchObject({
        stopPrice: one.stop,
        waterMark: null,
        cumulativeQuantity: '0',
        leavesQuantity: '10',
      });
      expect(order.reports[2]).toMatchObject({ lastPrice: one.price, inAnswer: false });
      expect(order.triggeredAtMs).not.toBeNull();
    },
  );

  it('is triggered by the last price alone, whatever the bid and the ask', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(stopTerms('101'), null);
    tell(rig, { bid: '101.5', ask: '102', last: '100.5' });
    expect(order.triggeredAtMs).toBeNull();
    tell(rig, { bid: '100', ask: '100.02', last: '101' });
    expect(order.reports[2]?.lastPrice).toBe('100.02');
  });

  it('whose stop is already reached works at once', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(stopTerms('99.5'), null);
    expect(describeReports(order.reports)).toEqual(['NEW/NEW', 'TRIGGERED/NEW', 'TRADE/FILLED']);
    expect(order.reports.every((report) => report.inAnswer)).toBe(true);
    expect(viewOrder(order).triggeredAtMs).not.toBeNull();
  });

  it('that the market gapped through rests at its protection, and stays triggered when the market comes back', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(stopTerms('99', { side: 'SELL', protectionPrice: '97' }), null);
    tell(rig, at('90'));
    expect(order.triggeredAtMs).not.toBeNull();
    expect(describeReports(order.reports)).toEqual(['NEW/NEW', 'TRIGGERED/NEW']);
    tell(rig, at('100', { bidSize: '4' }));
    tell(rig, at('96'));
    tell(rig, at('97.01'));
    expect(order.reports.map(({ lastQuantity, lastPrice }) => [lastQuantity, lastPrice])).toEqual([
      [null, null],
      [null, null],
      ['4', '99.99'],
      ['6', '97'],
    ]);
  });

  it('with a limit trades no worse than that once it is triggered', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(
      stopTerms('101', { type: 'STOP_LIMIT', limitPrice: '101.50' }),
      null,
    );
    tell(rig, at('103'));
    expect(order.triggeredAtMs).not.toBeNull();
    expect(order.filled.isZero()).toBe(true);
    tell(rig, at('100.2'));
    expect(order.reports[2]).toMatchObject({ execType: 'TRADE', lastPrice: '100.21' });
  });

  it('is filled quote by quote after its trigger, also over a restart in between', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(stopTerms('101'), null);
    tell(rig, at('101', { askSize: '4' }));
    expect(describeReports(order.reports)).toEqual([
      'NEW/NEW',
      'TRIGGERED/NEW',
      'TRADE/PARTIALLY_FILLED',
    ]);
    const next = restart(rig);
    tell(next, at('100'));
    const after = next.orders.get(order.terms.clientOrderId);
    expect(after && describeReports(after.reports)).toEqual([
      'NEW/NEW',
      'TRIGGERED/NEW',
      'TRADE/PARTIALLY_FILLED',
      'TRADE/FILLED',
    ]);
  });

  it('takes nothing of a quote, and stands in nobody’s way, before it is triggered', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    rig.engine.accept(stopTerms('101'), null);
    const limit = rig.engine.accept(limitTerms('99'), null);
    tell(rig, at('98.9', { askSize: '10' }));
    expect(limit.status).toBe('FILLED');
  });

  it('can be canceled and expires while it waits', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const canceled = rig.engine.accept(stopTerms('101'), null);
    const expired = rig.engine.accept(stopTerms('101', { expiresAtMs: 2_000 }), null);
    expect(rig.engine.cancel(canceled)).toBe(true);
    rig.clock.nowMs = 2_000;
    tell(rig, at('102'));
    expect(describeReports(canceled.reports)).toEqual(['NEW/NEW', 'CANCELED/CANCELED']);
    expect(describeReports(expired.reports)).toEqual(['NEW/NEW', 'EXPIRED/EXPIRED']);
    expect(rig.engine.openOrderCount()).toBe(0);
  });

  it('is reported when it is reached, once', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(stopTerms('101', { protectionPrice: '100' }), null);
    rig.clock.nowMs = 5_000;
    tell(rig, at('101'));
    tell(rig, at('102'));
    expect(describeReports(order.reports)).toEqual(['NEW/NEW', 'TRIGGERED/NEW']);
    expect(order.reports[1]).toMatchObject({
      timeMs: 5_000,
      stopPrice: '101',
      waterMark: null,
      inAnswer: false,
    });
    expect(order.triggeredAtMs).toBe(5_000);
  });

  it('is not triggered by a market without a last price', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(stopTerms('99', { side: 'SELL' }), null);
    tell(rig, { last: '0' });
    expect(order.triggeredAtMs).toBeNull();
  });
});

describe('a trailing stop', () => {
  it.each([
    {
      side: 'SELL',
      lasts: ['100', '104', '103', '110', '108.91'],
      marks: ['100', '104', '104', '110', '110'],
      stops: ['99', '102.96', '102.96', '108.9', '108.9'],
      trigger: '108.9',
    },
    {
      side: 'BUY',
      lasts: ['100', '96', '96.5', '90', '90.89'],
      marks: ['100', '96', '96', '90', '90'],
      stops: ['101', '96.96', '96.96', '90.9', '90.9'],
      trigger: '90.9',
    },
  ] as const)(
    'to $side follows the best last price and never goes back',
    ({ side, lasts, marks, stops, trigger }) => {
      const rig = createEngineRig();
      const [first, ...later] = lasts;
      tell(rig, at(first));
      const order = rig.engine.accept(trailingTerms('1', { side }), null);
      const seen = [viewOrder(order)];
      const seenStops = [order.stop?.toFixed()];
      for (const last of later) {
        tell(rig, at(last));
        seen.push(viewOrder(order));
        seenStops.push(order.stop?.toFixed());
      }
      expect(seen.map(({ waterMark }) => waterMark)).toEqual(marks);
      expect(seenStops).toEqual(stops);
      expect(order.triggeredAtMs).toBeNull();
      tell(rig, at(trigger));
      expect(describeReports(order.reports)).toEqual(['NEW/NEW', 'TRIGGERED/NEW', 'TRADE/FILLED']);
    },
  );

  it('keeps its mark over a restart between mark and trigger', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const { terms: asked } = rig.engine.accept(trailingTerms('1', { side: 'SELL' }), null);
    tell(rig, at('110'));
    const next = restart(rig);
    // 99.5 is above the first stop of 99 and below the last of 108.90.
    tell(next, at('99.5'));
    expect(next.orders.get(asked.clientOrderId)).toMatchObject({
      triggeredAtMs: expect.any(Number),
      status: 'FILLED',
    });
  });

  it('does not move its mark any more once it is triggered', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(
      trailingTerms('1', { side: 'SELL', protectionPrice: '120' }),
      null,
    );
    tell(rig, at('98'));
    tell(rig, at('119'));
    expect(order).toMatchObject({ triggeredAtMs: expect.any(Number), status: 'NEW' });
    expect(order.waterMark?.toFixed()).toBe('100');
  });

  it('has its mark written with what is written next, and only when it moved', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const { terms: asked } = rig.engine.accept(trailingTerms('1', { side: 'SELL' }), null);
    for (const last of ['99.9', '101', '101', '100.5']) tell(rig, at(last));
    expect(rig.marks).toEqual([asked.clientOrderId]);
  });

  it('begins its mark with the first last price when there was none', () => {
    const rig = createEngineRig();
    tell(rig, { last: '0' });
    const order = rig.engine.accept(trailingTerms('1', { side: 'SELL' }), null);
    expect(order.waterMark).toBeNull();
    tell(rig, at('50'));
    expect(order.stop?.toFixed()).toBe('49.5');
  });

  it('has a stop on the price grid, never nearer to the mark than its percentage, and above zero', () => {
    const price = fc
      .integer({ min: 1, max: 5_000_000 })
      .map((value) => new Decimal(value).dividedBy(10_000));
    const percent = fc
      .integer({ min: 1, max: 9_999 })
      .map((value) => new Decimal(value).dividedBy(100));
    fc.assert(
      fc.property(
        fc.constantFrom('BUY' as const, 'SELL' as const),
        price,
        percent,
        (side, mark, trail) => {
          const stop = stopBehindMark(side, mark, trail);
          const exact = mark
            .times(new Decimal(side === 'BUY' ? 100 : -100).plus(trail))
            .dividedBy(100)
            .abs();
          expect(isOnPriceIncrement(stop)).toBe(true);
          expect(stop.greaterThan(0)).toBe(true);
          if (side === 'BUY') expect(stop.greaterThanOrEqualTo(exact)).toBe(true);
          else expect(stop.lessThanOrEqualTo(Decimal.max(exact, '0.0001'))).toBe(true);
        },
      ),
    );
  });
});
