import { describe, expect, it } from 'vitest';
import { checkTerms, sameTerms } from '../../paper-broker/terms.ts';
import { limitTerms, terms } from './support/orders.ts';

const stop = { type: 'STOP', stopPrice: '101' } as const;
const stopLimit = { type: 'STOP_LIMIT', stopPrice: '101', limitPrice: '102' } as const;
const trailing = { type: 'TRAILING_STOP', trailPercent: '2.5' } as const;

describe('checkTerms', () => {
  it.each([
    ['no quantity', terms({ quantity: '' }), 'INVALID_QUANTITY'],
    ['a quantity of zero', terms({ quantity: '0.0' }), 'INVALID_QUANTITY'],
    ['a negative quantity', terms({ quantity: '-1' }), 'INVALID_QUANTITY'],
    ['a quantity with an exponent', terms({ quantity: '1e3' }), 'INVALID_QUANTITY'],
    ['a quantity with nine decimals', terms({ quantity: '0.000000001' }), 'INVALID_QUANTITY'],
    ['a limit order without a price', terms({ type: 'LIMIT' }), 'INVALID_PRICE'],
    ['a limit price of zero', limitTerms('0'), 'INVALID_PRICE'],
    ['a limit order with protection', limitTerms('1', { protectionPrice: '2' }), 'INVALID_PRICE'],
    ['a limit order with a stop', limitTerms('1', { stopPrice: '2' }), 'INVALID_PRICE'],
    ['a market order with a limit price', terms({ limitPrice: '1' }), 'INVALID_PRICE'],
    ['a market order with a trail', terms({ trailPercent: '1' }), 'INVALID_PRICE'],
    ['a protection price that is no number', terms({ protectionPrice: 'high' }), 'INVALID_PRICE'],
    ['a stop order without a stop', terms({ type: 'STOP' }), 'INVALID_PRICE'],
    ['a stop order with a limit price', terms({ ...stop, limitPrice: '1' }), 'INVALID_PRICE'],
    [
      'a stop limit order without a limit price',
      terms({ ...stopLimit, limitPrice: null }),
      'INVALID_PRICE',
    ],
    [
      'a stop limit order with protection',
      terms({ ...stopLimit, protectionPrice: '1' }),
      'INVALID_PRICE',
    ],
    ['a trailing stop without a trail', terms({ type: 'TRAILING_STOP' }), 'INVALID_PRICE'],
    ['a trailing stop with a stop', terms({ ...trailing, stopPrice: '1' }), 'INVALID_PRICE'],
    ['a trail of zero', terms({ ...trailing, trailPercent: '0' }), 'INVALID_PRICE'],
    ['a trail of all', terms({ ...trailing, trailPercent: '100' }), 'INVALID_PRICE'],
    [
      'a stop that must trade at once',
      terms({ ...stop, timeInForce: 'IOC' }),
      'UNSUPPORTED_ORDER_TYPE',
    ],
    [
      'a stop limit for all or nothing',
      terms({ ...stopLimit, timeInForce: 'FOK' }),
      'UNSUPPORTED_ORDER_TYPE',
    ],
    [
      'a trailing stop for an auction',
      terms({ ...trailing, timeInForce: 'CLS', auctionAtMs: 1 }),
      'UNSUPPORTED_ORDER_TYPE',
    ],
    ['an opening order without an auction', terms({ timeInForce: 'OPG' }), 'INVALID_AUCTION_TIME'],
    [
      'a closing order without an auction',
      limitTerms('1', { timeInForce: 'CLS' }),
      'INVALID_AUCTION_TIME',
    ],
    ['a day order with an auction', terms({ auctionAtMs: 1 }), 'INVALID_AUCTION_TIME'],
  ])('rejects %s', (_what, order, rejectCode) => {
    expect(checkTerms(order)).toEqual({ accepted: false, rejectCode });
  });

  it('takes fractional quantities', () => {
    const decision = checkTerms(terms({ quantity: '0.00000001' }));
    expect(decision.accepted && decision.quantity.toFixed()).toBe('0.00000001');
  });

  it.each([
    ['a market order', terms({ protectionPrice: '105.00' }), '105'],
    ['a stop order', terms({ ...stop, protectionPrice: '106' }), '106'],
    ['a trailing stop', terms({ ...trailing, protectionPrice: '107' }), '107'],
    ['a stop order without any', terms(stop), undefined],
  ])('takes the protection of %s as its limit', (_what, order, limit) => {
    const decision = checkTerms(order);
    expect(decision.accepted && decision.limit?.toFixed()).toBe(limit);
  });

  it.each(['MARKET', 'LIMIT'] as const)('takes %s orders for an auction', (type) => {
    const order = terms({
      type,
      limitPrice: type === 'LIMIT' ? '1' : null,
      timeInForce: 'OPG',
      auctionAtMs: 1,
    });
    expect(checkTerms(order)).toMatchObject({ accepted: true });
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
    { stopPrice: '1' },
    { trailPercent: '1' },
    { auctionAtMs: 1 },
    { expiresAtMs: 1 },
  ])('tells a difference in %o', (change) => {
    expect(sameTerms(order, { ...order, ...change })).toBe(false);
  });
});
