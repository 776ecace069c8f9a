import { describe, expect, it } from 'vitest';
import { ORDER_TYPES, rulesOf, TIMES_IN_FORCE } from '../../../domain/orders/order.ts';
import { isReplaceableTimeInForce } from '../../../domain/orders/time-in-force.ts';

describe('the times in force of an order', () => {
  it('are all six for MARKET and LIMIT, and those that rest for orders that wait for a price', () => {
    expect(ORDER_TYPES.map((type) => [type, rulesOf(type).timesInForce])).toEqual([
      ['MARKET', TIMES_IN_FORCE],
      ['LIMIT', TIMES_IN_FORCE],
      ['STOP', ['DAY', 'GTC']],
      ['STOP_LIMIT', ['DAY', 'GTC']],
      ['TRAILING_STOP', ['DAY', 'GTC']],
    ]);
  });

  it('change between DAY and GTC only when an order is replaced', () => {
    const changes = TIMES_IN_FORCE.flatMap((from) =>
      TIMES_IN_FORCE.filter((to) => to !== from && isReplaceableTimeInForce(from, to)).map((to) => [
        from,
        to,
      ]),
    );
    expect(changes).toEqual([
      ['DAY', 'GTC'],
      ['GTC', 'DAY'],
    ]);
    for (const timeInForce of TIMES_IN_FORCE)
      expect(isReplaceableTimeInForce(timeInForce, timeInForce)).toBe(true);
  });
});
