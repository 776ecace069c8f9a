import { describe, expect, it } from 'vitest';
import type { OrderTerms } from '../../paper-broker/order.ts';
import {
  createEngineRig,
  describeReports,
  type EngineRig,
  restart,
  tell,
} from './support/engine-rig.ts';
import { limitTerms, terms } from './support/orders.ts';

const AUCTION_AT_MS = 60_000;
const forAuction = (timeInForce: 'OPG' | 'CLS', changes: Partial<OrderTerms> = {}): OrderTerms =>
  terms({ timeInForce, auctionAtMs: AUCTION_AT_MS, ...changes });

/** A rig whose market is open at 30 s, half a minute before the auction. */
function createRig(): EngineRig {
  const rig = createEngineRig();
  goTo(rig, 30_000);
  tell(rig, { timeMs: 30_000 });
  return rig;
}

const goTo = (rig: EngineRig, nowMs: number): void => {
  rig.clock.nowMs = nowMs;
  rig.engine.runDue();
};

const remainder = {
  execType: 'CANCELED',
  orderStatus: 'CANCELED',
  rejectCode: 'AUCTION_REMAINDER_CANCELED',
  inAnswer: false,
};

describe('an order for an auction', () => {
  it.each(['OPG', 'CLS'] as const)(
    '%s rests apart until then, whatever the market does',
    (timeInForce) => {
      const rig = createRig();
      const order = rig.engine.accept(forAuction(timeInForce), null);
      tell(rig, { timeMs: 31_000 });
      tell(rig, { timeMs: 32_000, ask: '50' });
      expect(describeReports(order.reports)).toEqual(['NEW/NEW']);
      expect(rig.engine.nextDueMs()).toBe(AUCTION_AT_MS);
    },
  );

  it.each(['OPG', 'CLS'] as const)(
    '%s that comes when the auction is over is rejected',
    (timeInForce) => {
      const rig = createRig();
      goTo(rig, AUCTION_AT_MS);
      expect(rig.engine.accept(forAuction(timeInForce), null)).toMatchObject({
        status: 'REJECTED',
        rejectCode: 'AUCTION_OVER',
      });
    },
  );

  it('without an auction is rejected', () => {
    const rig = createRig();
    expect(rig.engine.accept(terms({ timeInForce: 'CLS' }), null)).toMatchObject({
      status: 'REJECTED',
      rejectCode: 'INVALID_AUCTION_TIME',
    });
  });

  it('can be canceled before it, and no more after it', () => {
    const rig = createRig();
    const early = rig.engine.accept(forAuction('CLS'), null);
    const late = rig.engine.accept(forAuction('CLS', { side: 'SELL', quantity: '101' }), null);
    expect(rig.engine.cancel(early)).toBe(true);
    rig.clock.nowMs = AUCTION_AT_MS;
    expect(rig.engine.cancel(late)).toBe(false);
    expect(describeReports(late.reports)).toEqual([
      'NEW/NEW',
      'TRADE/PARTIALLY_FILLED',
      'CANCELED/CANCELED',
    ]);
  });

  it('expires at its end like any other', () => {
    const rig = createRig();
    const order = rig.engine.accept(forAuction('OPG', { expiresAtMs: 40_000 }), null);
    goTo(rig, 40_000);
    expect(order.status).toBe('EXPIRED');
  });
});

describe('the closing auction', () => {
  it('trades at the touch of the last quote before it, as far as its size goes, and cancels the rest', () => {
    const rig = createRig();
    const first = rig.engine.accept(forAuction('CLS', { quantity: '70' }), null);
    const second = rig.engine.accept(forAuction('CLS', { quantity: '70' }), null);
    const third = rig.engine.accept(forAuction('CLS', { quantity: '5' }), null);
    tell(rig, { timeMs: 59_000, ask: '101', askSize: '100' });
    goTo(rig, AUCTION_AT_MS);
    expect(first.reports.slice(1)).toMatchObject([
      { execType: 'TRADE', lastQuantity: '70', lastPrice: '101', inAnswer: false },
    ]);
    expect(second.reports.slice(1)).toMatchObject([
      { lastQuantity: '30', lastPrice: '101' },
      remainder,
    ]);
    expect(third.reports.slice(1)).toMatchObject([remainder]);
    expect(rig.engine.openOrderCount()).toBe(0);
    expect(rig.engine.nextDueMs()).toBeNull();
  });

  it('keeps to limits and protections', () => {
    const rig = createRig();
    const unwilling = rig.engine.accept(
      forAuction('CLS', { type: 'LIMIT', limitPrice: '100.01' }),
      null,
    );
    const willing = rig.engine.accept(
      forAuction('CLS', { type: 'LIMIT', limitPrice: '100.02' }),
      null,
    );
    const guarded = rig.engine.accept(
      forAuction('CLS', { side: 'SELL', protectionPrice: '100.01' }),
      null,
    );
    goTo(rig, AUCTION_AT_MS);
    expect([unwilling, willing, guarded].map((order) => order.filled.toFixed())).toEqual([
      '0',
      '10',
      '0',
    ]);
  });

  it('takes the quote before it also when a later one comes before the clock was looked at', () => {
    const rig = createRig();
    const order = rig.engine.accept(forAuction('CLS'), null);
    rig.clock.nowMs = AUCTION_AT_MS + 5;
    tell(rig, { timeMs: AUCTION_AT_MS + 5, bid: '119', ask: '120' });
    expect(order.reports[1]).toMatchObject({ execType: 'TRADE', lastPrice: '100.02' });
  });

  it('takes a quote of its very moment', () => {
    const rig = createRig();
    const order = rig.engine.accept(forAuction('CLS'), null);
    tell(rig, { timeMs: AUCTION_AT_MS, ask: '102' });
    goTo(rig, AUCTION_AT_MS);
    expect(order.reports[1]).toMatchObject({ execType: 'TRADE', lastPrice: '102' });
  });

  it('is held after a restart before it, and called off after one that missed its quotes', () => {
    const rig = createRig();
    const { terms: asked } = rig.engine.accept(forAuction('CLS'), null);
    const inTime = restart(rig);
    tell(inTime, { timeMs: 59_000 });
    goTo(inTime, AUCTION_AT_MS);
    expect(inTime.orders.get(asked.clientOrderId)?.status).toBe('FILLED');

    const tooLate = restart(rig);
    tooLate.clock.nowMs = AUCTION_AT_MS + 1_000;
    tell(tooLate, { timeMs: AUCTION_AT_MS + 900 });
    expect(tooLate.orders.get(asked.clientOrderId)?.reports.slice(1)).toMatchObject([remainder]);
  });

  it('takes no quote that was too old then', () => {
    const rig = createRig();
    const order = rig.engine.accept(forAuction('CLS', { auctionAtMs: 3_000_000 }), null);
    goTo(rig, 3_000_000);
    expect(order.reports.slice(1)).toMatchObject([remainder]);
  });
});

describe('the opening auction', () => {
  it('trades on the first quote at or after its time, before what rests, and cancels the rest', () => {
    const rig = createRig();
    const resting = rig.engine.accept(limitTerms('99', { quantity: '50' }), null);
    const order = rig.engine.accept(forAuction('OPG', { quantity: '70' }), null);
    goTo(rig, AUCTION_AT_MS);
    tell(rig, { timeMs: AUCTION_AT_MS - 1, ask: '100' });
    expect(order.status).toBe('NEW');
    expect(rig.engine.nextDueMs()).toBe(AUCTION_AT_MS + 60_000);
    rig.clock.nowMs = AUCTION_AT_MS + 40;
    tell(rig, { timeMs: AUCTION_AT_MS + 30, bid: '97', ask: '98', askSize: '60' });
    expect(order.reports.slice(1)).toMatchObject([
      { execType: 'TRADE', lastQuantity: '60', lastPrice: '98' },
      remainder,
    ]);
    expect(resting.filled.isZero()).toBe(true);
  });

  it('is called off when no quote has come within a minute', () => {
    const rig = createRig();
    const order = rig.engine.accept(forAuction('OPG'), null);
    goTo(rig, AUCTION_AT_MS + 59_999);
    expect(order.status).toBe('NEW');
    goTo(rig, AUCTION_AT_MS + 60_000);
    expect(order.reports.slice(1)).toMatchObject([remainder]);
  });

  it('is held after a restart within that minute, and called off after a later one', () => {
    const rig = createRig();
    const { terms: asked } = rig.engine.accept(forAuction('OPG'), null);
    const inTime = restart(rig);
    goTo(inTime, AUCTION_AT_MS + 30_000);
    tell(inTime, { timeMs: AUCTION_AT_MS + 30_000 });
    expect(inTime.orders.get(asked.clientOrderId)?.status).toBe('FILLED');

    const tooLate = restart(rig);
    goTo(tooLate, AUCTION_AT_MS + 60_000);
    tell(tooLate, { timeMs: AUCTION_AT_MS + 60_000 });
    expect(tooLate.orders.get(asked.clientOrderId)?.reports.slice(1)).toMatchObject([remainder]);
  });
});
