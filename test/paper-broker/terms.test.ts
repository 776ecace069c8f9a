import { describe, expect, it } from 'vitest';
import { checkTerms, sameTerms } from '../../paper-broker/terms.ts';
import { limitTerms, terms } from './support/orders.ts';

describe('checkTerms', () => {
  it.each([
    ['a stop order', terms({ type: 'STOP' }), 'UNSUPPORTED_ORDER_TYPE'],
    ['a stop limit order', terms({ type: 'STOP_LIMIT', limitPrice: '1' }), 'UNSUPPORTED_ORDER_TYPE'],
    ['a trailing stop order', terms({ type: 'TRAILING_STOP' }), 'UNSUPPORTED_ORDER_TYPE'],
    ['an order for the opening auction', terms({ timeInForce: 'OPG' }), 'UNSUPPORTED_ORDER_TYPE'],
    ['an order for the closing auction', terms({ timeInForce: 'CLS' }), 'UNSUPPORTED_ORDER_TYPE'],
    ['no quantity', terms({ quantity: '' }), 'INVALID_QUANTITY'],
    ['a quantity of zero', terms({ quantity: '0.0' }), 'INVALID_QUANTITY'],
    ['a negative quantity', terms({ quantity: '-1' }), 'INVALID_QUANTITY'],
    ['a quantity with an exponent', terms({ quantity: '1e3' }), 'INVALID_QUANTITY'],
    ['a quantity with nine decimals', terms({ quantity: '0.000000001' }), 'INVALID_QUANTITY'],
    ['a limit order without a price', terms({ type: 'LIMIT' }), 'INVALID_PRICE'],
    ['a limit price of zero', limitTerms('0'), 'INVALID_PRICE'],
    ['a limit order with protection', limitTerms('1', { protectionPrice: '2' }), 'INVALID_PRICE'],
    ['a market order with a limit price', terms({ limitPrice: '1' }), 'INVALID_PRICE'],
    ['a protection price that is no number', terms({ protectionPrice: 'high' }), 'INVALID_PRICE'],
  ])('rejects %s', (_what, order, rejectCode) => {
    expect(checkTerms(order)).toEqual({ accepted: false, rejectCode });
  });

  it('takes fractional quantities', () => {
    const decision = checkTerms(terms({ quantity: '0.00000001' }));
    expect(decision.accepted && decision.quantity.toFixed()).toBe('0.00000001');
  });

  it('takes the protection of a market order as its limit', () => {
    const decision = checkTerms(terms({ protectionPrice: '105.00' }));
    expect(decision.accepted && decision.limit?.toFixed()).toBe('105');
  });
});

describe('sameTerms', () => {
  const order = limitTerms('100.50');

  it('compares numbers by value', () => {
    expect(sameTerms(order, { ...order, quantity: '10.0', limitPrice: '100.5' })).toBe(true);
  });

  it.each([
    { symbol: 'MSFT' },
    { side: 'SELL' as const },
    { type: 'STOP_LIMIT' as const },
    { timeInForce: 'GTC' as const },
    { quantity: '11' },
    { limitPrice: '100.51' },
    { limitPrice: null },
    { protectionPrice: '1' },
    { expiresAtMs: 1 },
  ])('tells a difference in %o', (change) => {
    expect(sameTerms(order, { ...order, ...change })).toBe(false);
  });
});
