import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Quote } from '../../../contracts/market/market-data.ts';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import { ORDER_FIELDS } from '../../../contracts/orders/order-fields.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { fingerprintOf, replacementFingerprint } from '../../../use-cases/orders/order-identity.ts';
import { contextWith, OPEN, quoteAt, submissionAt, when } from './decision-fixtures.ts';

const decide = (
  over: Partial<OrderSubmission>,
  context = contextWith(),
  quote: Quote | null = quoteAt(OPEN),
) => decideSubmission(submissionAt(OPEN, over), context, quote, when(OPEN));

describe('an order as it is written', () => {
  it('has its fields in the one order, accepted or rejected', () => {
    expect(Object.keys(decide({}).order)).toEqual(Object.keys(ORDER_FIELDS));
    expect(Object.keys(decide({}, contextWith({ instrument: null })).order)).toEqual(
      Object.keys(ORDER_FIELDS),
    );
  });

  it('is the same when it was sent before there was a term that it does not have', () => {
    const { trailPercent: _none, ...older } = submissionAt(OPEN);
    const written = decideSubmission(
      older as OrderSubmission,
      contextWith(),
      quoteAt(OPEN),
      when(OPEN),
    );
    const { order, hold } = decide({});
    expect(written).toMatchObject({ order, hold });
    expect(fingerprintOf(older as OrderSubmission)).toBe(fingerprintOf(submissionAt(OPEN)));
  });

  it('takes nobody’s place', () => {
    expect(decide({}).order).toMatchObject({ replaces: null, replacedBy: null, replacedAt: null });
  });

  it('is its account’s doing when it is accepted, and the system’s when it is rejected', () => {
    const { audit, hold, order } = decide({});
    expect(audit).toEqual({
      actor: `account/${order.accountId}`,
      action: 'ACCEPTED',
      details: { symbol: 'AAPL', hold },
    });
    const poor = { status: 'ACTIVE', buyingPower: '1.00', shortingAllowed: false } as const;
    expect(decide({}, contextWith({ account: poor })).audit).toEqual({
      actor: 'system',
      action: 'REJECTED',
      details: { code: 'INSUFFICIENT_BUYING_POWER', required: '1000.00', available: '1.00' },
    });
  });

  it('is rejected with what the reason rests on, if it rests on anything', () => {
    const sale = decide({ side: 'SELL' });
    expect(sale.order.rejectFacts).toEqual({ required: '10', available: '0' });
    const unknown = decide({}, contextWith({ instrument: null }));
    expect(unknown.order.rejectFacts).toBeNull();
  });

  it('goes to the broker of its instrument, if that has one', () => {
    expect(decide({}).order.broker).toBe('second');
    expect(decide({}, contextWith({ instrument: null })).order.broker).toBeNull();
  });

  it('keeps the price that it would have traded at, and of when it was', () => {
    const position = { quantity: '10', heldQuantity: '0' };
    expect(decide({}).order).toMatchObject({
      ...{ marketPriceAtSubmission: '100', marketDataTimestamp: OPEN },
    });
    expect(decide({ side: 'SELL' }, contextWith({ position })).order).toMatchObject({
      ...{ marketPriceAtSubmission: '99.99', marketDataTimestamp: OPEN },
    });
    expect(decide({}, contextWith(), null).order).toMatchObject({
      ...{ rejectCode: 'NO_QUOTE', marketPriceAtSubmission: null, marketDataTimestamp: null },
    });
  });

  it('of a sale holds the shares, or nothing where it may be short, and moves no money', () => {
    const position = { quantity: '10', heldQuantity: '0' };
    expect(decide({ side: 'SELL' }, contextWith({ position }))).toMatchObject({
      ...{ hold: { kind: 'SHARES', price: null, amount: '10' }, transfers: [] },
    });
    const account = { status: 'ACTIVE', buyingPower: '0.00', shortingAllowed: true } as const;
    expect(decide({ side: 'SELL' }, contextWith({ account }))).toMatchObject({
      ...{ order: { status: 'PENDING_NEW' }, hold: null, transfers: [] },
    });
  });

  it('carries its prices in plain decimals, and the protection that belongs to its type', () => {
    const stop = decide({ type: 'STOP', limitPrice: null, stopPrice: '110.00' });
    expect(stop.order).toMatchObject({
      type: 'STOP',
      stopPrice: '110',
      limitPrice: null,
      trailPercent: null,
    });
    expect(stop).toMatchObject({
      protectionPrice: '115.5',
      hold: { kind: 'CASH', price: '115.5', amount: '1155.00' },
    });

    const stopLimit = decide({ type: 'STOP_LIMIT', stopPrice: '110.00', limitPrice: '111.50' });
    expect(stopLimit.order).toMatchObject({ stopPrice: '110', limitPrice: '111.5' });
    expect(stopLimit).toMatchObject({
      protectionPrice: null,
      hold: { price: '111.5', amount: '1115.00' },
    });

    const trailing = decide({ type: 'TRAILING_STOP', limitPrice: null, trailPercent: '10.00' });
    expect(trailing.order).toMatchObject({ trailPercent: '10' });
    expect(trailing).toMatchObject({ protectionPrice: '115.5', hold: { amount: '1155.00' } });
  });

  it('has of a notional the shares that it comes to at the quote', () => {
    const { order, hold, transfers } = decide({
      type: 'MARKET',
      limitPrice: null,
      quantity: null,
      notional: '250',
    });
    expect(order).toMatchObject({ quantity: '2.5', leavesQuantity: '2.5', notional: '250.00' });
    expect(hold).toEqual({ kind: 'CASH', price: '105', amount: '262.50' });
    expect(transfers).toMatchObject([
      { key: `order/${order.id}/accepted/HOLD`, code: 'HOLD', amount: '262.5' },
    ]);
  });

  it('has of a rejected notional the shares when they were known, and else none', () => {
    const notional = {
      type: 'MARKET',
      limitPrice: null,
      quantity: null,
      notional: '250.00',
    } as const;
    const poor = contextWith({
      account: { status: 'ACTIVE', buyingPower: '1.00', shortingAllowed: false },
    });
    expect(decide(notional, poor).order).toMatchObject({
      rejectCode: 'INSUFFICIENT_BUYING_POWER',
      quantity: '2.5',
      leavesQuantity: '0',
    });
    const whole = contextWith({
      instrument: { tradable: true, fractionable: false, broker: 'second' },
    });
    expect(decide(notional, whole).order).toMatchObject({
      rejectCode: 'QUANTITY_NOT_FRACTIONABLE',
      rejectFacts: { notional: '250.00' },
      quantity: '0',
    });
    expect(decide(notional, contextWith({ instrument: null })).order).toMatchObject({
      rejectCode: 'UNKNOWN_SYMBOL',
      quantity: '0',
    });
  });
});

describe('the fingerprint of a request', () => {
  it('is another one for each term that differs', () => {
    const {
      orderId: _o,
      accountId: _a,
      idempotency: _i,
      submittedAt: _s,
      acceptBy: _b,
      ...terms
    } = submissionAt(OPEN);
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
    const fingerprints = [terms, ...changed.map((change) => ({ ...terms, ...change }))].map(
      fingerprintOf,
    );
    expect(new Set(fingerprints).size).toBe(Object.keys(terms).length + 1);
    expect(fingerprintOf({ ...terms })).toBe(fingerprints[0]);
  });

  it('is the same however a decimal is written, of a replacement too', () => {
    const {
      orderId,
      accountId: _a,
      idempotency: _i,
      submittedAt: _s,
      acceptBy: _b,
      ...terms
    } = submissionAt(OPEN);
    for (const field of [
      'quantity',
      'notional',
      'limitPrice',
      'stopPrice',
      'trailPercent',
    ] as const) {
      const spelled = ['1.5', '1.50', '01.5', '1.50000000'].map((text) => ({ [field]: text }));
      expect(new Set(spelled.map((over) => fingerprintOf({ ...terms, ...over }))).size, field).toBe(
        1,
      );
      if (field !== 'notional')
        expect(
          new Set(spelled.map((over) => replacementFingerprint(orderId, over))).size,
          field,
        ).toBe(1);
      expect(fingerprintOf({ ...terms, [field]: '1.51' })).not.toBe(
        fingerprintOf({ ...terms, [field]: '1.5' }),
      );
    }
  });

  it('stays what it was: keys are kept longer than a release', () => {
    const {
      orderId: _o,
      accountId: _a,
      idempotency: _i,
      submittedAt: _s,
      acceptBy: _b,
      ...terms
    } = submissionAt(OPEN);
    const plain = {
      ...terms,
      symbol: 'AAPL',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'DAY',
      clientOrderId: 'mine-1',
    } as const;
    const asked = {
      ...plain,
      quantity: '10',
      notional: '500.00',
      limitPrice: '205.75',
      stopPrice: null,
      trailPercent: null,
    };
    const words = ['mine-1', 'AAPL', 'BUY', 'LIMIT', 'DAY', '10', '500.00', '205.75', null, null];
    expect(fingerprintOf(asked)).toBe(
      createHash('sha256').update(JSON.stringify(words)).digest('hex'),
    );
  });
});
