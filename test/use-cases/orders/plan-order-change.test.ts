import { describe, expect, it } from 'vitest';
import type { WorkingOrder } from '../../../contracts/orders/order-store.ts';
import type { ExecutionEvent } from '../../../domain/orders/transition.ts';

import { type OrderEvent, planOrderChange } from '../../../use-cases/orders/plan-order-change.ts';
import { OPEN } from './decision-fixtures.ts';
import { at, LATER, lines, planned, SHARES, trade, working, XNYS } from './planned-changes.ts';

describe('an order that ends', () => {
  it.each([
    ['CANCELED', 'canceledAt'],
    ['EXPIRED', 'expiredAt'],
    ['REJECTED', 'rejectedAt'],
  ] as const)('gives its cash back, at %s, and keeps the time', (execType, time) => {
    const change = planned(working(), at({ execType }));
    expect(change).toMatchObject({
      order: { status: execType, [time]: LATER, filledAt: null, replacedAt: null },
      holdRemaining: '0',
      buyingPowerChange: '1000.00',
      heldQuantityChange: '0',
      position: null,
      execution: null,
      audit: { actor: 'broker', action: execType, details: { from: 'NEW', to: execType } },
    });
    expect(lines(change)).toEqual([`${execType}/1/RELEASE CASH_HELD CASH_UNSETTLED 1000 USD`]);
  });

  it('gives its shares back, and moves no money', () => {
    const held = { hold: { ...SHARES, remaining: '6' } };
    const change = planned(working({ side: 'SELL' }, held), at({ execType: 'CANCELED' }));
    expect(change).toMatchObject({
      ...{ holdRemaining: '0', buyingPowerChange: '0.00', heldQuantityChange: '-6' },
      transfers: [],
    });
  });

  it('gives nothing back when it held nothing', () => {
    const change = planned(working({ side: 'SELL' }, { hold: null }), at({ execType: 'EXPIRED' }));
    expect(change).toMatchObject({
      ...{ holdRemaining: null, buyingPowerChange: '0.00', heldQuantityChange: '0' },
      transfers: [],
    });
  });

  it('is rejected with the reason that was given, or by the broker', () => {
    const rejected = (over: Partial<OrderEvent>) =>
      planned(working(), at({ execType: 'REJECTED' }, over));
    const reason = { rejectCode: 'OPERATOR_FAILED', rejectFacts: { by: 'olga' } } as const;
    expect(rejected(reason)).toMatchObject({
      order: reason,
      audit: { details: { from: 'NEW', to: 'REJECTED', rejectCode: 'OPERATOR_FAILED' } },
    });
    expect(rejected({}).order).toMatchObject({ rejectCode: 'BROKER_REJECTED', rejectFacts: null });
    expect(rejected({}).audit.details).toEqual({ from: 'NEW', to: 'REJECTED' });
  });

  it('says nothing of a rejection when it ends by something else', () => {
    const reason = { rejectCode: 'OPERATOR_FAILED', rejectFacts: { by: 'olga' } } as const;
    const change = planned(working(), at({ execType: 'CANCELED' }, reason));
    expect(change.order).toMatchObject({ rejectCode: null, rejectFacts: null });
    expect(change.audit.details).toEqual({ from: 'NEW', to: 'CANCELED' });
  });

  it('names the order that took its place', () => {
    const pending = working({ status: 'PENDING_REPLACE' }, { restoreStatus: 'NEW' });
    const change = planned(pending, at({ execType: 'REPLACED' }, { replacedBy: 'other' }));
    expect(change).toMatchObject({
      order: { status: 'REPLACED', replacedAt: LATER, replacedBy: 'other', restoreStatus: null },
      audit: { details: { replacedBy: 'other' } },
    });
    const unnamed = planned(pending, at({ execType: 'REPLACED' }));
    expect(unnamed.order.replacedBy).toBeNull();
    expect(unnamed.audit.details).toStrictEqual({ from: 'PENDING_REPLACE', to: 'REPLACED' });
  });
});

describe('what holds an order up, or on', () => {
  it.each(['PENDING_CANCEL', 'PENDING_REPLACE', 'SUSPENDED'] as const)(
    'moves nothing and remembers the status below: %s',
    (execType) => {
      const change = planned(working(), at({ execType }, { note: { reason: 'why not' } }));
      expect(change).toMatchObject({
        order: {
          ...{ status: execType, restoreStatus: 'NEW' },
          suspendedAt: execType === 'SUSPENDED' ? LATER : null,
          ...{ canceledAt: null, replacedAt: null },
        },
        ...{ holdRemaining: null, buyingPowerChange: '0.00', heldQuantityChange: '0' },
        ...{ position: null, execution: null, transfers: [] },
        audit: { details: { from: 'NEW', to: execType, reason: 'why not' } },
      });
    },
  );

  it('is known by its last suspension', () => {
    const again = working({ suspendedAt: OPEN });
    expect(planned(again, at({ execType: 'SUSPENDED' })).order.suspendedAt).toBe(LATER);
    expect(planned(again, at({ execType: 'CANCELED' })).order.suspendedAt).toBe(OPEN);
  });

  it.each([
    ['NEW', at({ execType: 'NEW' }), LATER],
    ['a fill', trade('4', '100'), LATER],
    ['its trigger', at({ execType: 'TRIGGERED' }), LATER],
    ['a cancel', at({ execType: 'PENDING_CANCEL' }), null],
  ] as const)('tells since when the broker has it: %s', (_what, happened, newAt) => {
    const pending = working({ status: 'PENDING_NEW', newAt: null });
    expect(planned(pending, happened).order.newAt).toBe(newAt);
    expect(
      planned({ ...pending, order: { ...pending.order, newAt: OPEN } }, happened),
    ).toMatchObject({ order: { newAt: OPEN } });
  });

  it('is no second end: what was reached before it is noted, and no hold is touched', () => {
    const hold = { kind: 'CASH', price: '100', amount: '1000.00', remaining: '0' } as const;
    const canceled = working({ status: 'CANCELED', canceledAt: OPEN }, { hold });
    expect(planned(canceled, at({ execType: 'TRIGGERED' }))).toMatchObject({
      order: { status: 'CANCELED', canceledAt: OPEN, triggeredAt: LATER },
      ...{ holdRemaining: null, buyingPowerChange: '0.00', transfers: [] },
    });
  });

  it('is a stop that was reached, where and from which mark', () => {
    const trigger = { stopPrice: '99.5', waterMark: '101' };
    const stop = working({ type: 'STOP', currentStopPrice: '98', highWaterMark: '100' });
    expect(planned(stop, at({ execType: 'TRIGGERED' }, { trigger }))).toMatchObject({
      order: { triggeredAt: LATER, currentStopPrice: '99.5', highWaterMark: '101' },
      audit: { details: trigger },
    });
    expect(planned(stop, trade('4', '98')).order).toMatchObject({
      ...{ triggeredAt: null, currentStopPrice: '98', highWaterMark: '100' },
    });
    const reached = working({ triggeredAt: OPEN });
    expect(planned(reached, trade('4', '98')).order.triggeredAt).toBe(OPEN);
  });
});

describe('an event', () => {
  it('that was said before, or reached a stop before, changes nothing', () => {
    const same = (order: Partial<WorkingOrder['order']>, event: ExecutionEvent) =>
      planOrderChange(working(order), at(event), XNYS);
    expect(same({}, { execType: 'NEW' })).toEqual({ ok: true, value: null });
    expect(same({ status: 'CANCELED' }, { execType: 'CANCELED' })).toMatchObject({ value: null });
    expect(same({ triggeredAt: OPEN }, { execType: 'TRIGGERED' })).toMatchObject({ value: null });
  });

  it('is the order’s own broker’s to tell', () => {
    const foreign = { ...trade('4', '100'), broker: 'another' };
    expect(planOrderChange(working(), foreign, XNYS)).toEqual({
      ok: false,
      error: { code: 'OTHER_BROKER', from: 'NEW', execType: 'TRADE' },
    });
  });

  it('that cannot be true is an error', () => {
    expect(planOrderChange(working(), trade('11', '100'), XNYS)).toEqual({
      ok: false,
      error: { code: 'OVERFILL', from: 'NEW', execType: 'TRADE' },
    });
  });
});
