import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER_TYPES, type OrderType, TIMES_IN_FORCE } from '../../../domain/orders/order.ts';
import { type AcceptanceInput, decideAcceptance } from '../../../domain/risk/accept.ts';
import { decimalOf, priceUnits } from '../arbitraries.ts';
import { CLOSED_MS, codeOf, dec, input, NEXT_OPEN_MS, PRICES } from './accept-input.ts';

describe('an order of each type with each time in force', () => {
  const cases = ORDER_TYPES.flatMap((type) =>
    TIMES_IN_FORCE.map((timeInForce) => ({ type, timeInForce })),
  );
  const rests = (type: OrderType) => type !== 'MARKET' && type !== 'LIMIT';
  const allowed = cases.filter(
    ({ type, timeInForce }) => !rests(type) || timeInForce === 'DAY' || timeInForce === 'GTC',
  );

  it.each(allowed)(
    'is accepted while the market is open: $type $timeInForce',
    ({ type, timeInForce }) => {
      const decision = decideAcceptance(input({ type, timeInForce, ...PRICES[type] }));
      const waits = timeInForce === 'OPG' || timeInForce === 'CLS';
      if (!decision.ok) expect.fail(decision.error.code);
      expect(decision.value.releaseAtMs === null).toBe(!waits);
      expect(decision.value.auctionAtMs !== null).toBe(waits);
      expect(decision.value.protectionPrice === null).toBe(
        type === 'LIMIT' || type === 'STOP_LIMIT',
      );
    },
  );

  it.each(allowed)(
    'waits for the market when it is closed, unless it is of the moment: $type $timeInForce',
    ({ type, timeInForce }) => {
      const decision = decideAcceptance(
        input({ type, timeInForce, ...PRICES[type] }, { nowMs: CLOSED_MS }),
      );
      if (timeInForce === 'IOC' || timeInForce === 'FOK') {
        expect(decision).toEqual({ ok: false, error: { code: 'MARKET_CLOSED', facts: {} } });
        return;
      }
      if (!decision.ok) expect.fail(decision.error.code);
      expect(decision.value.hold.kind).toBe('CASH');
      expect(decision.value.releaseAtMs).toBeGreaterThan(CLOSED_MS);
      if (timeInForce === 'DAY' || timeInForce === 'GTC')
        expect(decision.value.releaseAtMs).toBe(NEXT_OPEN_MS);
    },
  );

  it.each(cases.filter((each) => !allowed.includes(each)))(
    'does not exist, and is thrown: $type $timeInForce',
    ({ type, timeInForce }) => {
      expect(() => decideAcceptance(input({ type, timeInForce, ...PRICES[type] }))).toThrow(
        RangeError,
      );
    },
  );
});

it.each([
  ['MARKET', { limitPrice: dec('500.001'), stopPrice: dec('1') }],
  ['LIMIT', { stopPrice: dec('1.001') }],
  ['TRAILING_STOP', { limitPrice: dec('500.001'), stopPrice: dec('1'), trailPercent: dec(3) }],
  ['STOP', { limitPrice: dec('500.001'), stopPrice: dec('206.00') }],
] as const)('a %s order is not judged by a price that its type does not have', (type, prices) => {
  expect(codeOf(input({ type, ...prices }))).toBe('ACCEPTED');
});

describe('a stop order', () => {
  const at = (
    side: 'BUY' | 'SELL',
    stopPrice: string,
    over: Partial<AcceptanceInput['order']> = {},
  ) =>
    input(
      { side, type: 'STOP', limitPrice: null, stopPrice: dec(stopPrice), ...over },
      { position: { quantity: dec(10), heldQuantity: dec(0) } },
    );

  it.each([
    ['BUY', '205.76', 'ACCEPTED'],
    ['BUY', '205.75', 'STOP_PRICE_INVALID'],
    ['BUY', '200', 'STOP_PRICE_INVALID'],
    ['BUY', '205.761', 'PRICE_INCREMENT_INVALID'],
    ['SELL', '205.69', 'ACCEPTED'],
    ['SELL', '205.70', 'STOP_PRICE_INVALID'],
    ['SELL', '210', 'STOP_PRICE_INVALID'],
  ] as const)(
    '%s at a stop of %s, with 205.70 bid and 205.75 asked: %s',
    (side, stopPrice, expected) => {
      expect(codeOf(at(side, stopPrice))).toBe(expected);
    },
  );

  it('tells where the market is when its stop is on the wrong side of it', () => {
    expect(decideAcceptance(at('BUY', '205'))).toEqual({
      ok: false,
      error: {
        code: 'STOP_PRICE_INVALID',
        facts: { stopPrice: '205', bid: '205.7', ask: '205.75' },
      },
    });
  });

  it('is protected 5 % beyond its stop, and a purchase holds that', () => {
    expect(decideAcceptance(at('BUY', '210'))).toMatchObject({
      value: {
        protectionPrice: dec('220.5'),
        hold: { kind: 'CASH', price: dec('220.5'), amount: dec('2205') },
      },
    });
    expect(decideAcceptance(at('SELL', '200'))).toMatchObject({
      value: { protectionPrice: dec('190'), hold: { kind: 'SHARES', quantity: dec(10) } },
    });
  });

  it('counts its size at its stop', () => {
    expect(decideAcceptance(at('BUY', '1000', { quantity: dec('10000.01') }))).toMatchObject({
      error: { code: 'ORDER_TOO_LARGE', facts: { notional: '10000010.00' } },
    });
  });
});

describe('a stop limit order', () => {
  const at = (side: 'BUY' | 'SELL', stopPrice: string, limitPrice: string) =>
    input(
      { side, type: 'STOP_LIMIT', stopPrice: dec(stopPrice), limitPrice: dec(limitPrice) },
      { position: { quantity: dec(10), heldQuantity: dec(0) } },
    );

  it.each([
    ['BUY', '300', '330', 'ACCEPTED'],
    ['BUY', '300', '330.01', 'LIMIT_PRICE_OUTSIDE_COLLAR'],
    ['BUY', '300', '150', 'ACCEPTED'],
    ['BUY', '300', '149.99', 'LIMIT_PRICE_OUTSIDE_COLLAR'],
    ['SELL', '100', '90', 'ACCEPTED'],
    ['SELL', '100', '89.99', 'LIMIT_PRICE_OUTSIDE_COLLAR'],
    ['SELL', '100', '150', 'ACCEPTED'],
    ['SELL', '100', '150.01', 'LIMIT_PRICE_OUTSIDE_COLLAR'],
    ['BUY', '205', '205', 'STOP_PRICE_INVALID'],
    ['BUY', '205', '300', 'LIMIT_PRICE_OUTSIDE_COLLAR'],
    ['BUY', '300.001', '300', 'PRICE_INCREMENT_INVALID'],
  ] as const)(
    '%s with its stop at %s and its limit at %s: %s',
    (side, stopPrice, limitPrice, expected) => {
      expect(codeOf(at(side, stopPrice, limitPrice))).toBe(expected);
    },
  );

  it('names the stop that its limit is too far from, and the increment its stop should have kept', () => {
    expect(decideAcceptance(at('BUY', '300', '331'))).toMatchObject({
      error: { facts: { limitPrice: '331', stopPrice: '300' } },
    });
    expect(decideAcceptance(at('BUY', '300.001', '300'))).toMatchObject({
      error: { facts: { stopPrice: '300.001', increment: '0.01' } },
    });
  });

  it('holds its limit and needs no other protection', () => {
    expect(decideAcceptance(at('BUY', '300', '310'))).toMatchObject({
      value: { protectionPrice: null, hold: { price: dec('310'), amount: dec('3100') } },
    });
  });
});

describe('a trailing stop order', () => {
  it('is protected 5 % beyond the stop that it starts with', () => {
    const quote = { bid: dec('99'), ask: dec('100') };
    const trail = { type: 'TRAILING_STOP', limitPrice: null, trailPercent: dec(10) } as const;
    expect(decideAcceptance(input({ ...trail }, { quote }))).toMatchObject({
      value: {
        protectionPrice: dec('115.5'),
        hold: { kind: 'CASH', price: dec('115.5'), amount: dec('1155') },
      },
    });
    const position = { quantity: dec(10), heldQuantity: dec(0) };
    // 99 × 0.9 × 0.95 = 84.645
    expect(decideAcceptance(input({ ...trail, side: 'SELL' }, { quote, position }))).toMatchObject({
      value: { protectionPrice: dec('84.64') },
    });
  });

  it.each(['0', '-1', '100', '250'])(
    'that trails by %s %% is a defect of the caller',
    (trailPercent) => {
      expect(() =>
        decideAcceptance(
          input({ type: 'TRAILING_STOP', limitPrice: null, trailPercent: dec(trailPercent) }),
        ),
      ).toThrow(RangeError);
    },
  );
});

describe('an order by notional', () => {
  const spend = (
    notional: string,
    rest: Parameters<typeof input>[1] = {},
    side: 'BUY' | 'SELL' = 'BUY',
  ) =>
    input(
      { side, type: 'MARKET', limitPrice: null, quantity: null, notional: dec(notional) },
      rest,
    );

  it('buys what it pays for at the ask, rounded down, and is held at its protection price', () => {
    const decision = decideAcceptance(spend('1000', { quote: { bid: dec(2), ask: dec(3) } }));
    expect(decision).toMatchObject({
      value: {
        quantity: dec('333.33333333'),
        hold: { kind: 'CASH', price: dec('3.15'), amount: dec('1050') },
      },
    });
  });

  it('sells what it is worth at the bid', () => {
    const position = { quantity: dec(500), heldQuantity: dec(0) };
    expect(
      decideAcceptance(spend('1000', { quote: { bid: dec(2), ask: dec(3) }, position }, 'SELL')),
    ).toMatchObject({
      value: { quantity: dec(500), hold: { kind: 'SHARES', quantity: dec(500) } },
    });
  });

  it('is for instruments that have fractions, even where it comes to whole shares', () => {
    const instrument = { tradable: true, fractionable: false };
    expect(decideAcceptance(spend('205.75', { instrument }))).toEqual({
      ok: false,
      error: { code: 'QUANTITY_NOT_FRACTIONABLE', facts: { notional: '205.75' } },
    });
  });

  it('that comes to no share at all is rejected, and one that comes to the smallest is not', () => {
    const dear = { quote: { bid: dec('100000000'), ask: dec('100000000.01') } };
    expect(codeOf(spend('1.00', dear))).toBe('QUANTITY_NOT_FRACTIONABLE');
    expect(codeOf(spend('1.01', dear))).toBe('ACCEPTED');
  });

  it('finds no market in a quote without a price', () => {
    expect(codeOf(spend('10', { quote: { bid: dec(0), ask: dec(1) } }, 'SELL'))).toBe('NO_QUOTE');
  });

  it('tells how many shares it came to when they cannot be paid', () => {
    const account = { status: 'ACTIVE', buyingPower: dec(0), shortingAllowed: false } as const;
    expect(decideAcceptance(spend('2057.5', { account }))).toMatchObject({
      error: { code: 'INSUFFICIENT_BUYING_POWER', quantity: dec(10) },
    });
  });

  it('never buys for more than it says at the quote', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1_000_000_000n }), priceUnits, (cents, ask) => {
        const price = decimalOf(ask, 8);
        const rich = {
          status: 'ACTIVE',
          buyingPower: dec('1e12'),
          shortingAllowed: false,
        } as const;
        const decision = decideAcceptance(
          spend(decimalOf(cents, 2).toFixed(), {
            quote: { bid: price, ask: price },
            account: rich,
          }),
        );
        if (!decision.ok) return;
        const { quantity } = decision.value;
        expect(quantity.times(price).lte(decimalOf(cents, 2))).toBe(true);
        expect(quantity.plus('0.00000001').times(price).gt(decimalOf(cents, 2))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
