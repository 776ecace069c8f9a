import { describe, expect, it } from 'vitest';
import { ORDER_FIELDS, type OrderSubmission } from '../../../contracts/orders.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { fingerprintOf } from '../../../use-cases/orders/order-identity.ts';
import { contextWith, OPEN, quoteAt, submissionAt, when } from './decision-fixtures.ts';

const decide = (over: Partial<OrderSubmission>, context = contextWith()) =>
  decideSubmission(submissionAt(OPEN, over), context, quoteAt(OPEN), when(OPEN));

describe('an order as it is written', () => {
  it('has its fields in the one order, accepted or refused', () => {
    expect(Object.keys(decide({}).order)).toEqual(ORDER_FIELDS);
    expect(Object.keys(decide({}, contextWith({ instrument: null })).order)).toEqual(ORDER_FIELDS);
  });

  it('takes nobody’s place', () => {
    expect(decide({}).order).toMatchObject({ replaces: null, replacedBy: null, replacedAt: null });
  });

  it('carries its prices in plain decimals, and the protection that belongs to its type', () => {
    const stop = decide({ type: 'STOP', limitPrice: null, stopPrice: '110.00' });
    expect(stop.order).toMatchObject({ type: 'STOP', stopPrice: '110', limitPrice: null, trailPercent: null });
    expect(stop).toMatchObject({ protectionPrice: '115.5', hold: { kind: 'CASH', price: '115.5', amount: '1155.00' } });

    const stopLimit = decide({ type: 'STOP_LIMIT', stopPrice: '110.00', limitPrice: '111.50' });
    expect(stopLimit.order).toMatchObject({ stopPrice: '110', limitPrice: '111.5' });
    expect(stopLimit).toMatchObject({ protectionPrice: null, hold: { price: '111.5', amount: '1115.00' } });

    const trailing = decide({ type: 'TRAILING_STOP', limitPrice: null, trailPercent: '10.00' });
    expect(trailing.order).toMatchObject({ trailPercent: '10' });
    expect(trailing).toMatchObject({ protectionPrice: '115.5', hold: { amount: '1155.00' } });
  });

  it('has of a notional the shares that it comes to at the quote', () => {
    const { order, hold, transfers } = decide({ type: 'MARKET', limitPrice: null, quantity: null, notional: '250' });
    expect(order).toMatchObject({ quantity: '2.5', leavesQuantity: '2.5', notional: '250.00' });
    expect(hold).toEqual({ kind: 'CASH', price: '105', amount: '262.50' });
    expect(transfers).toMatchObject([{ key: `order/${order.id}/accepted/HOLD`, code: 'HOLD', amount: '262.5' }]);
  });

  it('has of a refused notional the shares when they were known, and else none', () => {
    const notional = { type: 'MARKET', limitPrice: null, quantity: null, notional: '250.00' } as const;
    const poor = contextWith({ account: { status: 'ACTIVE', buyingPower: '1.00', shortingAllowed: false } });
    expect(decide(notional, poor).order).toMatchObject({ rejectCode: 'INSUFFICIENT_BUYING_POWER', quantity: '2.5', leavesQuantity: '0' });
    const whole = contextWith({ instrument: { tradable: true, fractionable: false } });
    expect(decide(notional, whole).order).toMatchObject({
      rejectCode: 'QUANTITY_NOT_FRACTIONABLE',
      rejectFacts: { notional: '250.00' },
      quantity: '0',
    });
    expect(decide(notional, contextWith({ instrument: null })).order).toMatchObject({ rejectCode: 'UNKNOWN_SYMBOL', quantity: '0' });
  });
});

describe('the fingerprint of a request', () => {
  it('is another one for each term that differs', () => {
    const { orderId: _o, accountId: _a, idempotency: _i, submittedAt: _s, acceptBy: _b, ...terms } = submissionAt(OPEN);
    const changed = [
      { symbol: 'IBM' },
      { side: 'SELL' },
      { type: 'MARKET' },
      { timeInForce: 'GTC' },
      { quantity: '11' },
      { notional: '10' },
      { limitPrice: '10' },
      { stopPrice: '10' },
      { trailPercent: '10' },
      { clientOrderId: '10' },
    ] as const;
    const fingerprints = [terms, ...changed.map((change) => ({ ...terms, ...change }))].map(fingerprintOf);
    expect(new Set(fingerprints).size).toBe(Object.keys(terms).length + 1);
    expect(fingerprintOf({ ...terms })).toBe(fingerprints[0]);
  });
});
