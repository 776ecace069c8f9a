import { describe, expect, it } from 'vitest';
import { xnysCalendar } from '../../../domain/calendar/xnys.ts';
import { Decimal, roundUpToCents, ZERO } from '../../../domain/money/decimal.ts';
import {
  decideReplacement,
  type OriginalOrder,
  type ReplacedTerms,
  type ReplacementInput,
  replacementHold,
} from '../../../domain/risk/replace.ts';

const dec = (text: string | number): Decimal => new Decimal(text);
const OPEN_MS = Date.parse('2026-11-24T15:00:00Z');
const CLOSED_MS = Date.parse('2026-11-24T22:00:00Z');
const NEXT_OPEN_MS = Date.parse('2026-11-25T14:30:00Z');

interface Parts {
  original?: Partial<OriginalOrder>;
  terms?: Partial<ReplacedTerms>;
  ground?: Partial<Omit<ReplacementInput, 'original' | 'terms'>>;
}

/** BUY 10 at a limit of 100, nothing filled, 1,000.00 held; each test changes what it is about. */
function input({ original, terms, ground }: Parts = {}): ReplacementInput {
  const before: OriginalOrder = {
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'DAY',
    quantity: dec(10),
    filledQuantity: ZERO,
    limitPrice: dec(100),
    stopPrice: null,
    releaseAtMs: null,
    hold: { kind: 'CASH', price: dec(100), remaining: dec(1_000) },
    ...original,
  };
  const { quantity, limitPrice, stopPrice, timeInForce } = before;
  return {
    original: before,
    terms: { quantity, limitPrice, stopPrice, trailPercent: null, timeInForce, ...terms },
    account: { status: 'ACTIVE', buyingPower: dec(500), shortingAllowed: false },
    position: { quantity: ZERO, heldQuantity: ZERO },
    instrument: { tradable: true, fractionable: true },
    quote: { bid: dec(100), ask: dec('100.05') },
    nowMs: OPEN_MS,
    calendar: xnysCalendar,
    ...ground,
  };
}

const codeOf = (parts: Parts): string => {
  const decision = decideReplacement(input(parts));
  return decision.ok ? 'ACCEPTED' : decision.error.code;
};

function accepted(parts: Parts) {
  const decision = decideReplacement(input(parts));
  if (!decision.ok) expect.fail(decision.error.code);
  return decision.value;
}

const extraOf = (parts: Parts): string | undefined => accepted(parts).hold?.extra.toFixed();

describe('a replaced purchase', () => {
  it.each([
    ['a higher limit', { limitPrice: dec(105) }, '50'],
    ['more shares', { quantity: dec(12) }, '200'],
    ['more shares at a higher limit', { quantity: dec(12), limitPrice: dec(105) }, '260'],
    ['more shares at a lower limit, which the original may fill first', { quantity: dec(12), limitPrice: dec(80) }, '160'],
    ['fewer shares at a much higher limit', { quantity: dec(9), limitPrice: dec(110) }, '0'],
    ['a lower limit', { limitPrice: dec(90) }, '0'],
    ['fewer shares', { quantity: dec(5) }, '0'],
    ['another time in force', { timeInForce: 'GTC' }, '0'],
  ] as const)('holds beyond its original for %s', (_what, terms, expected) => {
    expect(extraOf({ terms })).toBe(expected);
  });

  it('is asked for no cent it does not need: with no buying power left it can be made cheaper', () => {
    const account = { status: 'ACTIVE', buyingPower: ZERO, shortingAllowed: false } as const;
    expect(extraOf({ terms: { limitPrice: dec(99) }, ground: { account } })).toBe('0');
    expect(
      extraOf({
        original: { quantity: dec('10.5'), hold: { kind: 'CASH', price: dec(100), remaining: dec(1_050) } },
        terms: { limitPrice: dec('99.99') },
        ground: { account },
      }),
    ).toBe('0');
  });

  it('may take the buying power to the last cent, and not one more', () => {
    expect(extraOf({ terms: { quantity: dec(15) } })).toBe('500');
    expect(decideReplacement(input({ terms: { quantity: dec(15), limitPrice: dec('100.01') } }))).toEqual({
      ok: false,
      error: { code: 'INSUFFICIENT_BUYING_POWER', facts: { required: '500.15', available: '500.00' } },
    });
  });

  it('has for itself what its original has not filled', () => {
    const original = { filledQuantity: dec(4), hold: { kind: 'CASH', price: dec(100), remaining: dec(600) } } as const;
    expect(accepted({ original, terms: { quantity: dec(11) } })).toMatchObject({
      leaves: dec(7),
      hold: { kind: 'CASH', price: dec(100), extra: dec(100) },
    });
  });

  it('does not count on the cent that its original keeps for rounding', () => {
    const original = { filledQuantity: dec(4), hold: { kind: 'CASH', price: dec(100), remaining: dec('600.01') } } as const;
    expect(extraOf({ original, terms: { limitPrice: dec(101) } })).toBe('6');
  });

  it('without a limit is held at its protection price of now', () => {
    const original = {
      type: 'TRAILING_STOP',
      limitPrice: null,
      hold: { kind: 'CASH', price: dec('108.15'), remaining: dec('1081.5') },
    } as const;
    // 100.05 × 1.05 × 1.05 = 110.305125
    expect(accepted({ original, terms: { trailPercent: dec(5) } })).toMatchObject({
      protectionPrice: dec('110.31'),
      hold: { extra: dec('21.6') },
    });
  });
});

describe('a replaced sale', () => {
  const covered = { side: 'SELL', hold: { kind: 'SHARES', price: null, remaining: dec(10) } } as const;
  const position = { quantity: dec(13), heldQuantity: dec(10) };

  it('holds the shares it grows by, when they are there', () => {
    expect(accepted({ original: covered, terms: { quantity: dec(13) }, ground: { position } }).hold).toEqual({
      kind: 'SHARES',
      price: null,
      extra: dec(3),
    });
    expect(decideReplacement(input({ original: covered, terms: { quantity: dec('13.5') }, ground: { position } }))).toEqual({
      ok: false,
      error: { code: 'INSUFFICIENT_POSITION', facts: { required: '3.5', available: '3' } },
    });
  });

  it('holds no more for a new price or fewer shares', () => {
    expect(extraOf({ original: covered, terms: { limitPrice: dec(120), quantity: dec(4) }, ground: { position } })).toBe('0');
  });

  it('that goes short holds nothing, and grows only where the account may go short', () => {
    const short = { side: 'SELL', hold: null } as const;
    expect(accepted({ original: short, terms: { limitPrice: dec(101) } }).hold).toBeNull();
    expect(codeOf({ original: short, terms: { quantity: dec(11) } })).toBe('INSUFFICIENT_POSITION');
    const account = { status: 'ACTIVE', buyingPower: ZERO, shortingAllowed: true } as const;
    expect(accepted({ original: short, terms: { quantity: dec(11) }, ground: { account } }).hold).toBeNull();
  });
});

describe('a replacement', () => {
  const stop = {
    type: 'STOP',
    limitPrice: null,
    stopPrice: dec(110),
    hold: { kind: 'CASH', price: dec('115.5'), remaining: dec(1_155) },
  } as const;

  it.each([
    ['UNKNOWN_SYMBOL', { ground: { instrument: null } }],
    ['INSTRUMENT_HALTED', { ground: { instrument: { tradable: false, fractionable: true } } }],
    ['ACCOUNT_RESTRICTED', { ground: { account: { status: 'RESTRICTED', buyingPower: dec(1), shortingAllowed: false } } }],
    ['MARKET_CLOSED', { ground: { nowMs: Date.parse('2031-01-02T15:00:00Z') } }],
    ['NO_QUOTE', { ground: { quote: null } }],
    ['QUANTITY_NOT_FRACTIONABLE', { terms: { quantity: dec('9.5') }, ground: { instrument: { tradable: true, fractionable: false } } }],
    ['PRICE_INCREMENT_INVALID', { terms: { limitPrice: dec('100.001') } }],
    ['LIMIT_PRICE_OUTSIDE_COLLAR', { terms: { limitPrice: dec('110.06') } }],
    ['STOP_PRICE_INVALID', { original: stop, terms: { stopPrice: dec(100) } }],
    ['ORDER_TOO_LARGE', { terms: { quantity: dec(100_001) } }],
    ['REPLACE_REJECTED', { original: { filledQuantity: dec(4) }, terms: { quantity: dec(4) } }],
  ] as const satisfies [string, Parts][])('is refused with %s by the checks of any order', (code, parts) => {
    expect(codeOf(parts)).toBe(code);
  });

  it('may keep a price that the market has left behind: a stop that was reached, a limit that is far off', () => {
    const quote = { bid: dec(120), ask: dec(121) };
    expect(codeOf({ original: stop, terms: { quantity: dec(9) }, ground: { quote } })).toBe('ACCEPTED');
    expect(codeOf({ original: stop, terms: { stopPrice: dec(119) }, ground: { quote } })).toBe('STOP_PRICE_INVALID');
    const sale = { side: 'SELL', limitPrice: dec(300), hold: { kind: 'SHARES', price: null, remaining: dec(10) } } as const;
    expect(codeOf({ original: sale, terms: { quantity: dec(9) }, ground: { quote } })).toBe('ACCEPTED');
    expect(codeOf({ original: sale, terms: { limitPrice: dec(301) }, ground: { quote } })).toBe('LIMIT_PRICE_OUTSIDE_COLLAR');
  });

  it('tells what is filled when nothing is left of it', () => {
    expect(decideReplacement(input({ original: { filledQuantity: dec(4) }, terms: { quantity: dec(3) } }))).toEqual({
      ok: false,
      error: { code: 'REPLACE_REJECTED', facts: { quantity: '3', filledQuantity: '4' } },
    });
  });

  it('counts the size of what is left only', () => {
    const rich = { account: { status: 'ACTIVE', buyingPower: dec('1e9'), shortingAllowed: false } } as const;
    const original = {
      quantity: dec(100_000),
      filledQuantity: dec(50_000),
      hold: { kind: 'CASH', price: dec(100), remaining: dec(5_000_000) },
    } as const;
    expect(codeOf({ original, terms: { quantity: dec(150_000) }, ground: rich })).toBe('ACCEPTED');
    expect(codeOf({ original, terms: { quantity: dec(150_001) }, ground: rich })).toBe('ORDER_TOO_LARGE');
  });

  it('of an order at the venue goes there at once, whatever the hour, and ends with the session that follows', () => {
    const expected = { releaseAtMs: null, expiresAtMs: Date.parse('2026-11-25T21:00:00Z') };
    expect(accepted({ original: { timeInForce: 'GTC' }, terms: { timeInForce: 'DAY' }, ground: { nowMs: CLOSED_MS } })).toMatchObject(
      expected,
    );
  });

  it('of an order that waits for the open waits too', () => {
    const original = { releaseAtMs: NEXT_OPEN_MS };
    expect(accepted({ original, terms: { limitPrice: dec(99) }, ground: { nowMs: CLOSED_MS } })).toMatchObject({
      releaseAtMs: NEXT_OPEN_MS,
    });
  });

  it('of an order for an auction is in time until its cutoff', () => {
    const cutoff = Date.parse('2026-11-24T20:50:00Z');
    const original = { timeInForce: 'CLS', releaseAtMs: cutoff } as const;
    const replace = (nowMs: number) => ({ original, terms: { limitPrice: dec(101) }, ground: { nowMs } });
    expect(accepted(replace(cutoff - 1))).toMatchObject({ releaseAtMs: cutoff, auctionAtMs: Date.parse('2026-11-24T21:00:00Z') });
    expect(decideReplacement(input(replace(cutoff)))).toEqual({
      ok: false,
      error: { code: 'REPLACE_REJECTED', facts: { reason: 'AUCTION_CUTOFF_PASSED' } },
    });
  });

  it('that the edge must not let through is thrown', () => {
    expect(() => decideReplacement(input({ terms: { timeInForce: 'IOC' } }))).toThrow(RangeError);
    expect(() => decideReplacement(input({ original: { timeInForce: 'OPG' }, terms: { timeInForce: 'DAY' } }))).toThrow(RangeError);
    expect(() => decideReplacement(input({ terms: { quantity: ZERO } }))).toThrow(RangeError);
    expect(() => decideReplacement(input({ original: { hold: null } }))).toThrow(RangeError);
  });
});

describe('replacementHold', () => {
  it('is the worst that the leaves can cost, rounded up, and never more than there is', () => {
    expect(replacementHold(dec('0.3333'), dec(1)).toFixed(2)).toBe('0.34');
    expect(replacementHold(dec(100), dec(7), dec('699.99')).toFixed(2)).toBe('699.99');
    expect(replacementHold(dec(100), dec(7), dec(900)).toFixed(2)).toBe('700.00');
    expect(replacementHold(dec('1.005'), dec(3)).eq(roundUpToCents(dec('3.015')))).toBe(true);
  });
});
