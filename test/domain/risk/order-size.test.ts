import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderType } from '../../../domain/orders/order.ts';
import { type AcceptanceInput, decideAcceptance } from '../../../domain/risk/accept.ts';
import {
  decideReplacement,
  type OriginalOrder,
  type ReplacedTerms,
} from '../../../domain/risk/replace.ts';
import { decimalOf, quantityUnits } from '../arbitraries.ts';
import { codeOf, dec, input, PRICES } from './accept-input.ts';

const EVEN = { quote: { bid: dec(100), ask: dec(100) } };
const MARKET = { type: 'MARKET', limitPrice: null } as const;

const holding = (quantity: string, heldQuantity = '0', over: Partial<AcceptanceInput> = {}) => ({
  ...EVEN,
  position: { quantity: dec(quantity), heldQuantity: dec(heldQuantity) },
  ...over,
});

describe('an order', () => {
  it('is worth a dollar at the least: of less it is told what it is worth, rounded down, and what the least is', () => {
    expect(codeOf(input({ ...MARKET, quantity: dec('0.01') }, EVEN))).toBe('ACCEPTED');
    expect(decideAcceptance(input({ ...MARKET, quantity: dec('0.00999999') }, EVEN))).toEqual({
      ok: false,
      error: { code: 'ORDER_TOO_SMALL', facts: { notional: '0.99', minimum: '1.00' } },
    });
  });

  it.each([
    ['MARKET BUY at the ask', { ...MARKET, quantity: dec('0.00486027') }, 'ACCEPTED'],
    [
      'MARKET BUY just below at the ask',
      { ...MARKET, quantity: dec('0.00486026') },
      'ORDER_TOO_SMALL',
    ],
    [
      'MARKET SELL at the bid',
      { ...MARKET, side: 'SELL', quantity: dec('0.00486145') },
      'ACCEPTED',
    ],
    [
      'MARKET SELL just below at the bid',
      { ...MARKET, side: 'SELL', quantity: dec('0.00486144') },
      'ORDER_TOO_SMALL',
    ],
    ['LIMIT at its limit', { quantity: dec('0.005'), limitPrice: dec('200') }, 'ACCEPTED'],
    [
      'LIMIT just below at its limit',
      { quantity: dec('0.005'), limitPrice: dec('199.99') },
      'ORDER_TOO_SMALL',
    ],
  ] as const)('%s', (_what, order, expected) => {
    const position = { quantity: dec(10), heldQuantity: dec(0) };
    expect(codeOf(input(order, { position }))).toBe(expected);
  });

  it.each(Object.keys(PRICES) as OrderType[])(
    'of type %s is rejected when it is too small',
    (type) => {
      expect(codeOf(input({ type, ...PRICES[type], quantity: dec('0.00001') }))).toBe(
        'ORDER_TOO_SMALL',
      );
    },
  );

  it('by notional is as large as the notional, though its shares are rounded down', () => {
    const spend = (notional: string) =>
      input(
        { ...MARKET, quantity: null, notional: dec(notional) },
        { quote: { bid: dec(3), ask: dec(3) } },
      );
    expect(decideAcceptance(spend('1.00'))).toMatchObject({
      ok: true,
      value: { quantity: dec('0.33333333') },
    });
    expect(decideAcceptance(spend('0.99'))).toMatchObject({
      ok: false,
      error: {
        code: 'ORDER_TOO_SMALL',
        facts: { notional: '0.99', minimum: '1.00' },
        quantity: dec('0.33'),
      },
    });
  });

  it.each([
    ['the whole position', '0.005', holding('0.005'), 'ACCEPTED'],
    ['less than the position', '0.004', holding('0.005'), 'ORDER_TOO_SMALL'],
    ['more than the position', '0.006', holding('0.005'), 'ORDER_TOO_SMALL'],
    ['all that no other order holds', '0.005', holding('10', '9.995'), 'ACCEPTED'],
    ['less than no other order holds', '0.004', holding('10', '9.995'), 'ORDER_TOO_SMALL'],
    ['something though all is held', '0.005', holding('10', '10'), 'ORDER_TOO_SMALL'],
    ['something of nothing', '0.005', holding('0'), 'ORDER_TOO_SMALL'],
    [
      'the whole position of an account that may go short',
      '0.005',
      holding('0.005', '0', {
        account: { status: 'ACTIVE', buyingPower: dec(0), shortingAllowed: true },
      }),
      'ACCEPTED',
    ],
  ] as const)('that sells %s is worth what it may', (_what, quantity, ground, expected) => {
    for (const order of [MARKET, { limitPrice: dec(100) }]) {
      expect(codeOf(input({ ...order, side: 'SELL', quantity: dec(quantity) }, ground))).toBe(
        expected,
      );
    }
  });

  it.each([
    ['all that is short', '0.005', '-0.005', 'ACCEPTED'],
    ['a part of what is short', '0.004', '-0.005', 'ORDER_TOO_SMALL'],
    ['what the position is already', '0.005', '0.005', 'ORDER_TOO_SMALL'],
  ])('that buys back %s is worth what it may', (_what, quantity, position, expected) => {
    expect(codeOf(input({ ...MARKET, quantity: dec(quantity) }, holding(position)))).toBe(expected);
  });

  it('that is taken never costs nothing', () => {
    fc.assert(
      fc.property(quantityUnits, (units) => {
        const decision = decideAcceptance(
          input({ ...MARKET, quantity: decimalOf(units, 8) }, holding('-0.00000001')),
        );
        if (decision.ok && decision.value.hold.kind === 'CASH')
          expect(decision.value.hold.amount.gte('0.01')).toBe(true);
      }),
    );
  });
});

describe('a replacement', () => {
  const ground = input({}, EVEN);

  function replaced(
    original: Partial<OriginalOrder>,
    terms: Partial<ReplacedTerms>,
    over: Partial<AcceptanceInput> = {},
  ): string {
    const before: OriginalOrder = {
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'DAY',
      quantity: dec(10),
      filledQuantity: dec(4),
      filled: { notional: dec(400), cash: dec(400) },
      limitPrice: dec(100),
      stopPrice: null,
      trailPercent: null,
      protectionPrice: null,
      isTriggered: false,
      releaseAtMs: null,
      auctionAtMs: null,
      expiresAtMs: null,
      hold: { kind: 'CASH', price: dec(100), remaining: dec(600) },
      ...original,
    };
    const kept = {
      quantity: before.quantity,
      limitPrice: before.limitPrice,
      stopPrice: null,
      trailPercent: null,
    };
    const decision = decideReplacement({
      ...ground,
      ...over,
      original: before,
      terms: { ...kept, timeInForce: 'DAY', ...terms },
    });
    return decision.ok ? 'ACCEPTED' : decision.error.code;
  }

  it.each([
    ['leaves a dollar to fill', { quantity: dec('4.01') }, 'ACCEPTED'],
    ['leaves less than a dollar to fill', { quantity: dec('4.00999') }, 'ORDER_TOO_SMALL'],
    [
      'leaves less than a dollar at its new limit',
      { quantity: dec('4.01'), limitPrice: dec('99.99') },
      'ORDER_TOO_SMALL',
    ],
    ['leaves nothing', { quantity: dec(4) }, 'REPLACE_REJECTED'],
  ])('of a purchase that has filled 4 of 10 and %s', (_what, terms, expected) => {
    expect(replaced({}, terms)).toBe(expected);
  });

  it('is rejected too when what is left was less than a dollar before, and lowers only the price', () => {
    const nearlyFilled = {
      filledQuantity: dec('9.999'),
      filled: { notional: dec('999.9'), cash: dec('999.9') },
      hold: { kind: 'CASH', price: dec(100), remaining: dec('0.1') },
    } as const;
    expect(replaced(nearlyFilled, { limitPrice: dec(99) })).toBe('ORDER_TOO_SMALL');
    expect(replaced(nearlyFilled, { quantity: dec(11) })).toBe('ACCEPTED');
  });

  it.each([
    ['all that the account still has', '0.005', '4.005', 'ACCEPTED'],
    ['what it held, of a position that has more', '0.015', '4.005', 'ORDER_TOO_SMALL'],
    ['a part of what it held', '0.005', '4.004', 'ORDER_TOO_SMALL'],
  ])('of a sale for %s', (_what, quantity, wanted, expected) => {
    const sale = {
      side: 'SELL',
      quantity: dec('4.005'),
      hold: { kind: 'SHARES', price: null, remaining: dec('0.005') },
    } as const;
    const position = { quantity: dec(quantity), heldQuantity: dec('0.005') };
    expect(replaced(sale, { quantity: dec(wanted), limitPrice: dec(99) }, { position })).toBe(
      expected,
    );
  });
});
