import { describe, expect, it } from 'vitest';
import { viewOrder } from '../../paper-broker/engine-state.ts';
import { createEngineRig, describeReports, restart, tell } from './support/engine-rig.ts';
import { limitTerms, terms } from './support/orders.ts';

describe('replacing', () => {
  it('ends the original and works what it had left, in one step', () => {
    const rig = createEngineRig();
    tell(rig);
    const original = rig.engine.accept(limitTerms('99', { quantity: '10' }), null);
    tell(rig, { bid: '98', ask: '99', askSize: '4' });
    const replacement = rig.engine.replace(original, limitTerms('98.50', { quantity: '15' }));
    expect(describeReports(rig.reports)).toEqual([
      'NEW/NEW',
      'TRADE/PARTIALLY_FILLED',
      'REPLACED/REPLACED',
      'NEW/NEW',
    ]);
    expect(rig.reports[2]).toMatchObject({
      cumulativeQuantity: '4',
      leavesQuantity: '0',
      inAnswer: true,
      rejectCode: null,
    });
    expect(replacement && viewOrder(replacement)).toMatchObject({
      quantity: '11',
      leavesQuantity: '11',
      filledQuantity: '0',
      replaces: original.terms.clientOrderId,
    });
    expect(rig.engine.openOrderCount()).toBe(1);
  });

  it('lets the replacement trade at once like any order', () => {
    const rig = createEngineRig();
    tell(rig);
    const original = rig.engine.accept(limitTerms('99'), null);
    const replacement = rig.engine.replace(
      original,
      limitTerms('101', { timeInForce: 'IOC', quantity: '120' }),
    );
    expect(replacement && describeReports(replacement.reports)).toEqual([
      'NEW/NEW',
      'TRADE/PARTIALLY_FILLED',
      'CANCELED/CANCELED',
    ]);
    expect(replacement?.reports.every((report) => report.inAnswer)).toBe(true);
  });

  it('for more shares gives up the place in the queue', () => {
    const rig = createEngineRig();
    tell(rig);
    const original = rig.engine.accept(limitTerms('99'), null);
    const behind = rig.engine.accept(limitTerms('99'), null);
    const replacement = rig.engine.replace(original, limitTerms('99', { quantity: '11' }));
    tell(rig, { bid: '98', ask: '99', askSize: '10' });
    expect(behind.status).toBe('FILLED');
    expect(replacement?.status).toBe('NEW');
  });

  it.each([
    ['a quantity that the original has filled', limitTerms('98', { quantity: '4' })],
    ['another symbol', limitTerms('98', { symbol: 'MSFT' })],
    ['the other side', limitTerms('98', { side: 'SELL' })],
    ['a price that is none', limitTerms('free')],
    ['no price', terms({ type: 'LIMIT' })],
    ['an auction that is over', limitTerms('98', { timeInForce: 'CLS', auctionAtMs: 1_000 })],
  ])('by %s is rejected and changes nothing', (_what, asked) => {
    const rig = createEngineRig();
    tell(rig);
    tell(rig, { symbol: 'MSFT' });
    const original = rig.engine.accept(limitTerms('99'), null);
    tell(rig, { bid: '98', ask: '99', askSize: '4' });
    const before = viewOrder(original);
    expect(rig.engine.replace(original, asked)).toBeNull();
    expect(viewOrder(original)).toEqual(before);
    expect(rig.engine.find(asked.clientOrderId)).toBeUndefined();
    tell(rig, { bid: '98', ask: '99' });
    expect(original.status).toBe('FILLED');
  });

  it('of a closed order is rejected', () => {
    const rig = createEngineRig();
    tell(rig);
    const filled = rig.engine.accept(terms(), null);
    const canceled = rig.engine.accept(limitTerms('90'), null);
    rig.engine.cancel(canceled);
    const expired = rig.engine.accept(limitTerms('90', { expiresAtMs: 2_000 }), null);
    rig.clock.nowMs = 2_000;
    const reports = rig.reports.length;
    for (const order of [filled, canceled, expired])
      expect(rig.engine.replace(order, limitTerms('91', { quantity: '50' }))).toBeNull();
    // The end of the third is the only thing that happened.
    expect(describeReports(rig.reports.slice(reports))).toEqual(['EXPIRED/EXPIRED']);
  });

  it('takes a stop out of the book, and its replacement waits for its own', () => {
    const rig = createEngineRig();
    tell(rig, { last: '100' });
    const original = rig.engine.accept(terms({ type: 'STOP', stopPrice: '101' }), null);
    const replacement = rig.engine.replace(
      original,
      terms({ type: 'TRAILING_STOP', trailPercent: '10' }),
    );
    tell(rig, { last: '101', bid: '101', ask: '101.02' });
    expect(original.status).toBe('REPLACED');
    expect(replacement).toMatchObject({ status: 'NEW', triggeredAtMs: null });
    tell(rig, { last: '110', bid: '110', ask: '110.02' });
    expect(replacement?.status).toBe('FILLED');
  });

  it('can be done again and again, and never fills more than was asked for in all', () => {
    const rig = createEngineRig();
    tell(rig);
    const first = rig.engine.accept(limitTerms('99', { quantity: '10' }), null);
    tell(rig, { bid: '98', ask: '99', askSize: '4' });
    const second = rig.engine.replace(first, limitTerms('99', { quantity: '10' }));
    tell(rig, { bid: '98', ask: '99', askSize: '1' });
    if (!second) throw new Error('it was rejected');
    // Of the second order itself 1 of 6 is filled.
    const next = restart(rig);
    tell(next);
    const revived = next.engine.find(second.terms.clientOrderId);
    if (!revived) throw new Error('it was lost');
    expect(viewOrder(revived)).toEqual(viewOrder(second));
    const third = next.engine.replace(revived, limitTerms('99', { quantity: '6' }));
    tell(next, { bid: '98', ask: '99' });
    expect([first, revived, third].map((order) => order?.filled.toFixed())).toEqual([
      '4',
      '1',
      '5',
    ]);
  });
});
