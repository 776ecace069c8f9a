import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../contracts/errors.ts';
import { type AcceptanceInput, decideAcceptance } from '../../../domain/risk/accept.ts';
import {
  PRE_TRADE_REJECT_CODES,
  REJECTIONS,
  type RejectCode,
} from '../../../domain/risk/rejection.ts';
import { decimalOf, priceUnits, quantityUnits } from '../arbitraries.ts';
import { CLOSES_AT_MS, codeOf, dec, input, PRICES } from './accept-input.ts';

describe('an accepted order', () => {
  it('holds 2057.50 for ten shares at a limit of 205.75 until the session closes', () => {
    expect(decideAcceptance(input())).toEqual({
      ok: true,
      value: {
        quantity: dec(10),
        hold: { kind: 'CASH', price: dec('205.75'), amount: dec('2057.5') },
        protectionPrice: null,
        releaseAtMs: null,
        auctionAtMs: null,
        expiresAtMs: CLOSES_AT_MS,
      },
    });
  });

  it('holds a market purchase at its protection price, 5 % above the ask', () => {
    expect(decideAcceptance(input({ type: 'MARKET', limitPrice: null }))).toMatchObject({
      value: {
        hold: { kind: 'CASH', price: dec('216.04'), amount: dec('2160.4') },
        protectionPrice: dec('216.04'),
      },
    });
  });

  it('holds the shares of a sale', () => {
    const position = { quantity: dec(12), heldQuantity: dec(2) };
    expect(
      decideAcceptance(
        input({ side: 'SELL', type: 'MARKET', limitPrice: null, timeInForce: 'IOC' }, { position }),
      ),
    ).toEqual({
      ok: true,
      value: {
        quantity: dec(10),
        hold: { kind: 'SHARES', quantity: dec(10) },
        protectionPrice: dec('195.41'),
        releaseAtMs: null,
        auctionAtMs: null,
        expiresAtMs: CLOSES_AT_MS,
      },
    });
  });

  it.each(['0', '1000'])(
    'holds none of %s shares for a sale of an account that may sell short: its other orders may sell them',
    (quantity) => {
      const account = { status: 'ACTIVE', buyingPower: dec(0), shortingAllowed: true } as const;
      const position = { quantity: dec(quantity), heldQuantity: dec(0) };
      expect(decideAcceptance(input({ side: 'SELL' }, { account, position }))).toMatchObject({
        ok: true,
        value: { hold: { kind: 'NONE' } },
      });
    },
  );

  it('may use the buying power to the last cent, and not one more', () => {
    const account = (buyingPower: string) => ({
      account: { status: 'ACTIVE', buyingPower: dec(buyingPower), shortingAllowed: false } as const,
    });
    expect(codeOf(input({}, account('2057.50')))).toBe('ACCEPTED');
    expect(decideAcceptance(input({}, account('2057.49')))).toEqual({
      ok: false,
      error: {
        code: 'INSUFFICIENT_BUYING_POWER',
        facts: { required: '2057.50', available: '2057.49' },
      },
    });
  });

  it('may sell the position to the last unit, less what other orders hold', () => {
    const sale = (quantity: string) =>
      input(
        { side: 'SELL', quantity: dec(quantity) },
        { position: { quantity: dec('10.5'), heldQuantity: dec(3) } },
      );
    expect(codeOf(sale('7.5'))).toBe('ACCEPTED');
    expect(decideAcceptance(sale('7.50000001'))).toEqual({
      ok: false,
      error: { code: 'INSUFFICIENT_POSITION', facts: { required: '7.50000001', available: '7.5' } },
    });
  });

  it('never sells out of a short position', () => {
    const position = { quantity: dec(-5), heldQuantity: dec(0) };
    expect(decideAcceptance(input({ side: 'SELL' }, { position }))).toMatchObject({
      error: { facts: { available: '0' } },
    });
  });
});

describe('a rejected order', () => {
  it.each([
    ['205.751', '205.70', 'PRICE_INCREMENT_INVALID'],
    ['0.9999', '0.99', 'ACCEPTED'],
    ['0.99991', '0.99', 'PRICE_INCREMENT_INVALID'],
    ['1.0001', '0.99', 'PRICE_INCREMENT_INVALID'],
    ['1.00', '0.99', 'ACCEPTED'],
    ['226.33', '205.75', 'LIMIT_PRICE_OUTSIDE_COLLAR'],
    ['226.32', '205.75', 'ACCEPTED'],
    ['-1', '205.75', 'LIMIT_PRICE_OUTSIDE_COLLAR'],
  ])('a limit of %s against %s: %s', (limitPrice, price, expected) => {
    expect(
      codeOf(
        input({ limitPrice: dec(limitPrice) }, { quote: { bid: dec(price), ask: dec(price) } }),
      ),
    ).toBe(expected);
  });

  it('names the increment it should have kept', () => {
    expect(decideAcceptance(input({ limitPrice: dec('205.751') }))).toMatchObject({
      error: { facts: { limitPrice: '205.751', increment: '0.01' } },
    });
  });

  it('takes fractions only of instruments that have them', () => {
    const instrument = { tradable: true, fractionable: false };
    expect(decideAcceptance(input({ quantity: dec('1.5') }, { instrument }))).toEqual({
      ok: false,
      error: { code: 'QUANTITY_NOT_FRACTIONABLE', facts: { quantity: '1.5' } },
    });
    expect(codeOf(input({ quantity: dec('2.0') }, { instrument }))).toBe('ACCEPTED');
    expect(codeOf(input({ quantity: dec('1.5') }))).toBe('ACCEPTED');
  });

  it('may be worth ten million dollars, and not a cent more', () => {
    const rich = {
      account: { status: 'ACTIVE', buyingPower: dec('1e9'), shortingAllowed: false } as const,
      quote: { bid: dec(100), ask: dec(100) },
    };
    expect(codeOf(input({ quantity: dec(100_000), limitPrice: dec(100) }, rich))).toBe('ACCEPTED');
    expect(
      decideAcceptance(input({ quantity: dec('100000.0001'), limitPrice: dec(100) }, rich)),
    ).toEqual({
      ok: false,
      error: {
        code: 'ORDER_TOO_LARGE',
        facts: { notional: '10000000.01', maximum: '10000000.00' },
      },
    });
  });

  it('tells how many orders are open and how many may be', () => {
    expect(codeOf(input({}, { openOrders: { count: 6, max: 7 } }))).toBe('ACCEPTED');
    expect(decideAcceptance(input({}, { openOrders: { count: 7, max: 7 } }))).toEqual({
      ok: false,
      error: { code: 'TOO_MANY_OPEN_ORDERS', facts: { open: '7', maximum: '7' } },
    });
  });

  it('is given the first reason in the order of the reject codes, whatever else is wrong', () => {
    const wrongs: [RejectCode, (of: AcceptanceInput) => AcceptanceInput][] = [
      [
        'INSUFFICIENT_BUYING_POWER',
        (of) => ({ ...of, account: { ...of.account, buyingPower: dec(0) } }),
      ],
      ['TOO_MANY_OPEN_ORDERS', (of) => ({ ...of, openOrders: { count: 500, max: 500 } })],
      ['ORDER_TOO_LARGE', (of) => ({ ...of, order: { ...of.order, quantity: dec('1000000') } })],
      ['STOP_PRICE_INVALID', (of) => ({ ...of, order: { ...of.order, stopPrice: dec('205.75') } })],
      [
        'LIMIT_PRICE_OUTSIDE_COLLAR',
        (of) => ({ ...of, order: { ...of.order, limitPrice: dec(500) } }),
      ],
      [
        'PRICE_INCREMENT_INVALID',
        (of) => ({ ...of, order: { ...of.order, limitPrice: dec('500.001') } }),
      ],
      [
        'QUANTITY_NOT_FRACTIONABLE',
        (of) => ({
          ...of,
          order: { ...of.order, quantity: dec('1000000.5') },
          instrument: { tradable: true, fractionable: false },
        }),
      ],
      ['NO_QUOTE', (of) => ({ ...of, quote: null })],
      ['MARKET_CLOSED', (of) => ({ ...of, nowMs: Date.parse('2031-01-01T12:00:00Z') })],
      ['ACCOUNT_RESTRICTED', (of) => ({ ...of, account: { ...of.account, status: 'RESTRICTED' } })],
      [
        'INSTRUMENT_HALTED',
        (of) => ({ ...of, instrument: { tradable: false, fractionable: false } }),
      ],
      ['UNKNOWN_SYMBOL', (of) => ({ ...of, instrument: null })],
    ];
    let worse = input({ type: 'STOP_LIMIT', ...PRICES.STOP_LIMIT });
    for (const [code, spoil] of wrongs) {
      worse = spoil(worse);
      expect(codeOf(worse)).toBe(code);
    }
    // These cannot be wrong of the same order as one of the others.
    const others: RejectCode[] = ['ORDER_TOO_SMALL', 'INSUFFICIENT_POSITION'];
    const byUs = PRE_TRADE_REJECT_CODES.filter((code) => !others.includes(code));
    expect(wrongs.map(([code]) => code).reverse()).toEqual(byUs);
  });

  it('has the reject codes of the contract and no others', () => {
    const codes = Object.keys(REJECTIONS) as RejectCode[];
    expect(codes).toHaveLength(18);
    for (const code of codes)
      expect(ERRORS[code]).toEqual({ status: 422, title: REJECTIONS[code] });
  });
});

describe('a defect of the caller', () => {
  const either = 'An order has a quantity or a notional';
  const spent = { type: 'MARKET', limitPrice: null, quantity: null, notional: dec(10) } as const;

  it.each([
    [{ quantity: null }, either],
    [{ ...spent, quantity: dec(10) }, either],
    [{ ...spent, type: 'LIMIT' }, 'Only a MARKET order for the DAY has a notional'],
    [{ ...spent, timeInForce: 'GTC' }, 'Only a MARKET order for the DAY has a notional'],
    [{ ...spent, notional: dec(0) }, "An order's amount is positive, not 0"],
    [{ quantity: dec(0) }, "An order's amount is positive, not 0"],
    [{ quantity: dec(-1) }, "An order's amount is positive, not -1"],
    [{ type: 'STOP', timeInForce: 'IOC' }, 'A STOP order is never IOC'],
    [{ limitPrice: null }, 'A LIMIT order has a limitPrice'],
    [{ type: 'STOP' }, 'A STOP order has a stopPrice'],
    [{ type: 'STOP_LIMIT' }, 'A STOP_LIMIT order has a stopPrice'],
    [{ type: 'STOP_LIMIT', stopPrice: dec(0) }, 'The stopPrice of an order is positive, not 0'],
    [{ type: 'STOP', stopPrice: dec(-1) }, 'The stopPrice of an order is positive, not -1'],
    [{ type: 'TRAILING_STOP' }, 'A TRAILING_STOP order has a trailPercent'],
    [
      { type: 'TRAILING_STOP', trailPercent: dec(0) },
      'The trailPercent of an order is positive, not 0',
    ],
    [{ type: 'TRAILING_STOP', trailPercent: dec(100) }, 'A trail is less than 100 %'],
  ] as const satisfies [Partial<AcceptanceInput['order']>, string][])(
    'is thrown, not rejected, and says what is wrong: %o',
    (terms, message) => {
      expect(() => decideAcceptance(input(terms))).toThrow(new RangeError(message));
    },
  );
});

describe('any order', () => {
  it('is accepted only if what it holds is there, and a purchase cannot cost more than its hold at the worst price', () => {
    const cents = fc.bigInt({ min: 0n, max: 100_000_000_000n });
    fc.assert(
      fc.property(
        fc.record({
          quantity: quantityUnits,
          ask: priceUnits,
          buyingPower: cents,
          held: quantityUnits,
          owned: quantityUnits,
        }),
        fc.constantFrom('BUY' as const, 'SELL' as const),
        fc.constantFrom('MARKET' as const, 'LIMIT' as const),
        (amounts, side, type) => {
          const ask = decimalOf(amounts.ask, 8);
          const order = {
            side,
            type,
            quantity: decimalOf(amounts.quantity, 8),
            limitPrice: type === 'LIMIT' ? ask : null,
          };
          const account = {
            status: 'ACTIVE',
            buyingPower: decimalOf(amounts.buyingPower, 2),
            shortingAllowed: false,
          } as const;
          const position = {
            quantity: decimalOf(amounts.owned, 8),
            heldQuantity: decimalOf(amounts.held, 8),
          };
          const result = decideAcceptance(
            input(order, { account, position, quote: { bid: ask, ask } }),
          );
          if (!result.ok) return;
          const { hold, protectionPrice } = result.value;
          if (side === 'BUY') {
            if (hold.kind !== 'CASH') expect.fail('a BUY holds cash');
            expect(hold.amount.lte(account.buyingPower)).toBe(true);
            expect(hold.amount.gte((protectionPrice ?? ask).times(order.quantity))).toBe(true);
          } else {
            if (hold.kind !== 'SHARES') expect.fail('a SELL holds shares');
            expect(hold.quantity.plus(position.heldQuantity).lte(position.quantity)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
