import { describe, expect, it } from 'vitest';
import type { WorkingOrder } from '../../../contracts/orders/order-store.ts';
import { calendarNamed } from '../../../domain/market/choose-calendar.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { planReplacement } from '../../../use-cases/orders/plan-replacement.ts';
import { contextWith, OPEN, quoteAt, submissionAt, when, workingOf } from './decision-fixtures.ts';

const LATER = '2026-11-24T15:30:00.000Z';
const { order: accepted } = decideSubmission(
  submissionAt(OPEN),
  contextWith(),
  quoteAt(OPEN),
  when(OPEN),
);
const SHARES = { kind: 'SHARES', price: null, amount: '10', remaining: '10' } as const;

const original = (over: Partial<WorkingOrder> = {}): WorkingOrder =>
  workingOf(
    { ...accepted, status: 'PENDING_REPLACE', newAt: OPEN },
    { restoreStatus: 'NEW', ...over },
  );

/** It holds beyond its original 200.00, for two more shares at 100. */
const replacement = (over: Partial<WorkingOrder> = {}): WorkingOrder =>
  workingOf(
    { ...accepted, id: 'new-order', replaces: accepted.id },
    {
      version: 7,
      hold: { kind: 'CASH', price: '100', amount: '200.00', remaining: '200.00' },
      ...over,
    },
  );

function taken(
  from: WorkingOrder,
  to: WorkingOrder,
  quantity: string,
  trigger: Parameters<typeof planReplacement>[2]['trigger'] = null,
) {
  const plan = planReplacement(from, to, {
    happened: {
      event: { execType: 'REPLACED' },
      brokerExecutionId: 'r1',
      occurredAt: LATER,
      actor: 'broker',
      replacedBy: to.order.id,
    },
    quantity,
    trigger,
    calendar: calendarNamed('XNYS'),
  });
  return plan.ok ? plan.value : expect.fail(plan.error.code);
}

const linesOf = (transfers: readonly { key: string; amount: string }[]) =>
  transfers.map(({ key, amount }) => `${key} ${amount}`);

describe('a replacement that takes over', () => {
  it('ends its original, which gives its hold back, and holds all its own shares can cost', () => {
    const write = taken(original(), replacement(), '12');
    expect(write.original).toMatchObject({
      orderId: accepted.id,
      order: { status: 'REPLACED', replacedBy: 'new-order', replacedAt: LATER },
      holdRemaining: '0',
      buyingPowerChange: '1000.00',
    });
    expect(write.replacement).toMatchObject({
      ...{ orderId: 'new-order', accountId: accepted.accountId, symbol: 'AAPL' },
      ...{ expectedVersion: 7, quantity: '12', trigger: null },
      ...{ holdAmount: '1200.00', buyingPowerChange: '-1000.00', heldQuantityChange: '0' },
      audit: { actor: 'broker', action: 'REPLACEMENT_ACCEPTED' },
    });
    expect(write.replacement.audit.details).toEqual({ replaces: accepted.id, quantity: '12' });
    expect(linesOf(write.replacement.transfers)).toEqual(['order/new-order/replacement/HOLD 1000']);
  });

  it('gives back what it held too much', () => {
    const write = taken(original(), replacement(), '1');
    expect(write.replacement).toMatchObject({ holdAmount: '100.00', buyingPowerChange: '100.00' });
    expect(linesOf(write.replacement.transfers)).toEqual([
      'order/new-order/replacement/RELEASE 100',
    ]);
  });

  it('posts nothing when it holds what it needs', () => {
    const write = taken(original(), replacement(), '2');
    expect(write.replacement).toMatchObject({
      ...{ holdAmount: '200.00', buyingPowerChange: '0.00', transfers: [] },
    });
  });

  it('takes no more than the two orders have set aside', () => {
    expect(taken(original(), replacement(), '13').replacement.holdAmount).toBe('1200.00');
    const bare = original({ hold: null });
    expect(taken(bare, replacement(), '13').replacement.holdAmount).toBe('200.00');
  });

  it('of a sale holds its shares, and moves no money', () => {
    const write = taken(
      original({ hold: SHARES }),
      replacement({ hold: { ...SHARES, remaining: '3' } }),
      '8',
    );
    expect(write.replacement).toMatchObject({
      ...{ holdAmount: '8', buyingPowerChange: '0.00', heldQuantityChange: '5', transfers: [] },
    });
  });

  it('of a short sale holds nothing', () => {
    const write = taken(original({ hold: null }), replacement({ hold: null }), '8');
    expect(write.replacement).toMatchObject({
      ...{ holdAmount: null, buyingPowerChange: '0.00', heldQuantityChange: '0', transfers: [] },
    });
  });

  it('tells of the stop that its original had reached', () => {
    const trigger = { at: OPEN, stopPrice: '99', waterMark: null };
    const write = taken(original(), replacement(), '12', trigger);
    expect(write.replacement.trigger).toEqual(trigger);
    expect(write.replacement.audit.details).toMatchObject({ trigger });
  });

  it('holds cash at a price, or is a defect', () => {
    const priceless = { kind: 'CASH', price: null, amount: '1', remaining: '1' } as const;
    expect(() => taken(original(), replacement({ hold: priceless }), '1')).toThrow(
      new RangeError('A cash hold has a price'),
    );
  });
});

describe('an original that ended by itself', () => {
  it.each(['REPLACED', 'FILLED'] as const)('is not replaced: %s', (status) => {
    const over = workingOf({ ...accepted, status });
    const plan = planReplacement(over, replacement(), {
      happened: {
        event: { execType: 'REPLACED' },
        brokerExecutionId: null,
        occurredAt: LATER,
        actor: 'broker',
      },
      quantity: '12',
      trigger: null,
      calendar: calendarNamed('XNYS'),
    });
    expect(plan).toEqual({
      ok: false,
      error: { code: 'ILLEGAL_TRANSITION', from: status, execType: 'REPLACED' },
    });
  });
});
