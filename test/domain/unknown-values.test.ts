import { expect, it } from 'vitest';
import { assertNever } from '../../domain/assert-never.ts';
import { alwaysOpenCalendar } from '../../domain/market/always-open.ts';
import { calendarNamed } from '../../domain/market/choose-calendar.ts';
import { Decimal, ZERO } from '../../domain/money/decimal.ts';
import { rulesOf } from '../../domain/orders/order.ts';
import { releaseOf } from '../../domain/orders/release.ts';
import { transition } from '../../domain/orders/transition.ts';
import { pricesOf } from '../../domain/risk/order-prices.ts';

/** What no type allows, and a row or a message of another version may bring. */
const UNKNOWN = 'ICEBERG' as never;
const ONE = new Decimal(1);

it.each([
  ['calendar', () => calendarNamed(UNKNOWN)],
  ['time in force', () => releaseOf(UNKNOWN, 0, alwaysOpenCalendar)],
  ['order type, for its rules', () => rulesOf(UNKNOWN)],
  [
    'order type, for its prices',
    () =>
      pricesOf(
        { side: 'BUY', type: UNKNOWN, limitPrice: ONE, stopPrice: ONE, trailPercent: ONE },
        { bid: ONE, ask: ONE },
      ),
  ],
  ['value', () => assertNever(UNKNOWN)],
])('an unknown %s is thrown and named, never guessed at', (_what, decide) => {
  expect(decide).toThrow(new TypeError('Unexpected value: "ICEBERG"'));
});

it('an unknown event is thrown and named', () => {
  const order = {
    status: 'NEW',
    restoreStatus: null,
    quantity: ONE,
    filledQuantity: ZERO,
    filledNotional: ZERO,
    isTriggered: false,
  } as const;
  expect(() => transition(order, { execType: UNKNOWN })).toThrow('{"execType":"ICEBERG"}');
});
