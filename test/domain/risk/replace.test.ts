import { describe, expect, it } from 'vitest';
import { xnysCalendar } from '../../../domain/market/xnys.ts';
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

/** Shares that were filled at 100. */
const worthOf = (shares: Decimal) => ({ notional: shares.times(100), cash: shares.times(100) });

/** BUY 10 at a limit of 100, nothing filled, 1,000.00 held; each test changes what it is about. */
function input({ original, terms, ground }: Parts = {}): ReplacementInput {
  const before: OriginalOrder = {
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'DAY',
    quantity: dec(10),
    filledQuantity: ZERO,
    filled: worthOf(original?.filledQuantity ?? ZERO),
    limitPrice: dec(100),
    stopPrice: null,
    trailPercent: null,
    protectionPrice: null,
    isTriggered: false,
    releaseAtMs: null,
    auctionAtMs: null,
    expiresAtMs: null,
    hold: { kind: 'CASH', price: dec(100), remaining: dec(1_000) },
    ...original,
  };
  const { quantity, limitPrice, stopPrice, trailPercent, timeInForce } = before;
  return {
    original: before,
    terms: { quantity, limitPrice, stopPrice, trailPercent, timeInForce, ...terms },
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
    [
      'more shares at a lower limit, which the original may fill first',
      { quantity: dec(12), limitPrice: dec(80) },
      '160',
    ],
    ['fewer shares at a much higher limit', { quantity: dec(9), limitPrice: dec(110) }, '0'],
    ['a lower limit', { limitPrice: dec(90) }, '0'],
    ['fewer shares', { quantity: dec(5) }, '0'],
    ['another time in force', { timeInForce: 'GTC' }, '0'],
  ] as const)('holds beyond its original for %s', (_what, terms, expected) => {
    expect(extraOf({ terms })).toBe(expected);
  });

  it('is asked for no cent it does not need: with no buying power left whole shares can be made cheaper', () => {
    const account = { status: 'ACTIVE', buyingPower: ZERO, shortingAllowed: false } as const;
    expect(extraOf({ terms: { limitPrice: dec(99) }, ground: { account } })).toBe('0');
  });

  it('of fractions is asked for the cent that two orders can cost more than one', () => {
    const original = {
      quantity: dec('10.5'),
      hold: { kind: 'CASH', price: dec(100), remaining: dec(1_050) },
    } as const;
    const cheaper = (buyingPower: string) => ({
      original,
      terms: { limitPrice: dec('99.99') },
      ground: {
        account: { status: 'ACTIVE', buyingPower: dec(buyingPower), shortingAllowed: false },
      } as const,
    });
    expect(extraOf(cheaper('0.01'))).toBe('0.01');
    expect(decideReplacement(input(cheaper('0')))).toEqual({
      ok: false,
      error: { code: 'INSUFFICIENT_BUYING_POWER', facts: { required: '0.01', available: '0.00' } },
    });
  });

  it.each([
    ['old', '0.9999', '1.00', '0.02'],
    ['new', '1.00', '0.9999', '0.01'],
  ])(
    'is asked for that cent when only its %s price has parts of one',
    (_which, from, to, extra) => {
      const original = {
        limitPrice: dec(from),
        hold: { kind: 'CASH', price: dec(from), remaining: dec(10) },
      } as const;
      const quote = { bid: dec('0.99'), ask: dec('1.00') };
      expect(extraOf({ original, terms: { limitPrice: dec(to) }, ground: { quote } })).toBe(extra);
    },
  );

  it('is not asked for the part of a cent that its original’s fills were rounded up by', () => {
    const original = {
      filledQuantity: dec(1),
      filled: { notional: dec('99.995'), cash: dec('100.00') },
      hold: { kind: 'CASH', price: dec(100), remaining: dec(900) },
    } as const;
    expect(extraOf({ original, terms: { timeInForce: 'GTC' } })).toBe('0');
  });

  it('may take the buying power to the last cent, and not one more', () => {
    expect(extraOf({ terms: { quantity: dec(15) } })).toBe('500');
    expect(
      decideReplacement(input({ terms: { quantity: dec(15), limitPrice: dec('100.01') } })),
    ).toEqual({
      ok: false,
      error: {
        code: 'INSUFFICIENT_BUYING_POWER',
        facts: { required: '500.15', available: '500.00' },
      },
    });
  });

  it('has for itself what its original has not filled', () => {
    const original = {
      filledQuantity: dec(4),
      hold: { kind: 'CASH', price: dec(100), remaining: dec(600) },
    } as const;
    expect(accepted({ original, terms: { quantity: dec(11) } })).toMatchObject({
      leaves: dec(7),
      hold: { kind: 'CASH', price: dec(100), extra: dec(100) },
    });
  });

  it('does not count on what its original holds beyond what it can cost', () => {
    const original = {
      filledQuantity: dec(4),
      hold: { kind: 'CASH', price: dec(100), remaining: dec('600.01') },
    } as const;
    expect(extraOf({ original, terms: { limitPrice: dec(101) } })).toBe('6');
  });

  it('by a new trail is held at the protection price of now', () => {
    const original = {
      type: 'TRAILING_STOP',
      limitPrice: null,
      trailPercent: dec(3),
      protectionPrice: dec('108.15'),
      hold: { kind: 'CASH', price: dec('108.15'), remaining: dec('1081.5') },
    } as const;
    // 100.05 × 1.05 × 1.05 = 110.305125
    expect(accepted({ original, terms: { trailPercent: dec(5) } })).toMatchObject({
      protectionPrice: dec('110.31'),
      hold: { extra: dec('21.6') },
    });
  });
});

describe('what the terms leave as it was', () => {
  // Bought 5 % behind a stop of 103, when the market was lower.
  const trailing = {
    type: 'TRAILING_STOP',
    limitPrice: null,
    trailPercent: dec(3),
    protectionPrice: dec('108.15'),
    hold: { kind: 'CASH', price: dec('108.15'), remaining: dec('1081.5') },
  } as const;
  const market = { ...trailing, type: 'MARKET', trailPercent: null } as const;
  const stop = { ...trailing, type: 'STOP', trailPercent: null, stopPrice: dec(103) } as const;
  const quote = { bid: dec(120), ask: dec('120.05') };

  it.each([
    ['a TRAILING_STOP', trailing],
    ['a TRAILING_STOP that was triggered', { ...trailing, isTriggered: true }],
    ['a STOP that was triggered', { ...stop, isTriggered: true }],
    ['a MARKET order that rests at it', market],
  ] as const)(
    'is the protection of %s, wherever the market went: more shares cost so much each',
    (_what, original) => {
      expect(accepted({ original, terms: { quantity: dec(12) }, ground: { quote } })).toMatchObject(
        {
          protectionPrice: dec('108.15'),
          hold: { price: dec('108.15'), extra: dec('216.3') },
        },
      );
      expect(
        accepted({
          original,
          terms: { timeInForce: 'GTC' },
          ground: { quote },
        }).hold?.extra.toFixed(),
      ).toBe('0');
    },
  );

  it('is the time when the order ends, and that of its auction', () => {
    const original = { timeInForce: 'GTC', expiresAtMs: OPEN_MS + 1_000 } as const;
    expect(accepted({ original, terms: { limitPrice: dec(101) } }).expiresAtMs).toBe(
      OPEN_MS + 1_000,
    );
    expect(accepted({ original, terms: { timeInForce: 'DAY' } }).expiresAtMs).toBe(
      Date.parse('2026-11-24T21:00:00Z'),
    );
    const waiting = { ...original, releaseAtMs: NEXT_OPEN_MS };
    const ground = { nowMs: CLOSED_MS };
    expect(accepted({ original: waiting, terms: { limitPrice: dec(101) }, ground })).toMatchObject({
      releaseAtMs: NEXT_OPEN_MS,
      expiresAtMs: OPEN_MS + 1_000,
    });
  });
});

describe('a stop that was reached', () => {
  const stopLimit = {
    type: 'STOP_LIMIT',
    stopPrice: dec(100),
    limitPrice: dec(101),
    isTriggered: true,
  } as const;
  const original = {
    ...stopLimit,
    hold: { kind: 'CASH', price: dec(101), remaining: dec(1_010) },
  } as const;
  const quote = { bid: dec(130), ask: dec('130.05') };
  const rich = {
    account: { status: 'ACTIVE', buyingPower: dec(5_000), shortingAllowed: false },
    quote,
  } as const;

  it('may have another limit, as far from the market as that of a LIMIT order', () => {
    expect(
      accepted({ original, terms: { limitPrice: dec(131) }, ground: rich }).hold,
    ).toMatchObject({ extra: dec(300) });
    expect(codeOf({ original, terms: { limitPrice: dec(150) }, ground: rich })).toBe(
      'LIMIT_PRICE_OUTSIDE_COLLAR',
    );
  });

  it('cannot be moved: neither its price nor its trail', () => {
    expect(
      decideReplacement(
        input({ original, terms: { stopPrice: dec(140), limitPrice: dec(141) }, ground: rich }),
      ),
    ).toEqual({
      ok: false,
      error: { code: 'STOP_ALREADY_TRIGGERED', facts: { stopPrice: '100', newStopPrice: '140' } },
    });
    const trailing = {
      ...original,
      type: 'TRAILING_STOP',
      stopPrice: null,
      limitPrice: null,
      trailPercent: dec(3),
    } as const;
    expect(codeOf({ original: trailing, terms: { trailPercent: dec(4) }, ground: rich })).toBe(
      'STOP_ALREADY_TRIGGERED',
    );
    expect(
      codeOf({
        original: { ...original, isTriggered: false },
        terms: { stopPrice: dec(140), limitPrice: dec(141) },
        ground: rich,
      }),
    ).toBe('ACCEPTED');
  });

  it('may be named as it is', () => {
    expect(
      codeOf({ original, terms: { stopPrice: dec('100.00'), quantity: dec(9) }, ground: rich }),
    ).toBe('ACCEPTED');
  });
});

describe('a replaced sale', () => {
  const covered = {
    side: 'SELL',
    hold: { kind: 'SHARES', price: null, remaining: dec(10) },
  } as const;
  const position = { quantity: dec(13), heldQuantity: dec(10) };

  it('holds the shares it grows by, when they are there', () => {
    expect(
      accepted({ original: covered, terms: { quantity: dec(13) }, ground: { position } }).hold,
    ).toEqual({
      kind: 'SHARES',
      price: null,
      extra: dec(3),
    });
    expect(
      decideReplacement(
        input({ original: covered, terms: { quantity: dec('13.5') }, ground: { position } }),
      ),
    ).toEqual({
      ok: false,
      error: { code: 'INSUFFICIENT_POSITION', facts: { required: '3.5', available: '3' } },
    });
  });

  it('holds no more for a new price or fewer shares', () => {
    expect(
      extraOf({
        original: covered,
        terms: { limitPrice: dec(120), quantity: dec(4) },
        ground: { position },
      }),
    ).toBe('0');
  });

  it('that goes short holds nothing, and grows only where the account may go short', () => {
    const short = { side: 'SELL', hold: null } as const;
    expect(accepted({ original: short, terms: { limitPrice: dec(101) } }).hold).toBeNull();
    expect(codeOf({ original: short, terms: { quantity: dec(11) } })).toBe('INSUFFICIENT_POSITION');
    const account = { status: 'ACTIVE', buyingPower: ZERO, shortingAllowed: true } as const;
    expect(
      accepted({ original: short, terms: { quantity: dec(11) }, ground: { account } }).hold,
    ).toBeNull();
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
    [
      'ACCOUNT_RESTRICTED',
      {
        ground: { account: { status: 'RESTRICTED', buyingPower: dec(1), shortingAllowed: false } },
      },
    ],
    ['MARKET_CLOSED', { ground: { nowMs: Date.parse('2031-01-02T15:00:00Z') } }],
    ['NO_QUOTE', { ground: { quote: null } }],
    [
      'QUANTITY_NOT_FRACTIONABLE',
      {
        terms: { quantity: dec('9.5') },
        ground: { instrument: { tradable: true, fractionable: false } },
      },
    ],
    ['PRICE_INCREMENT_INVALID', { terms: { limitPrice: dec('100.001') } }],
    ['LIMIT_PRICE_OUTSIDE_COLLAR', { terms: { limitPrice: dec('110.06') } }],
    ['STOP_PRICE_INVALID', { original: stop, terms: { stopPrice: dec(100) } }],
    ['ORDER_TOO_LARGE', { terms: { quantity: dec(100_001) } }],
    ['REPLACE_REJECTED', { original: { filledQuantity: dec(4) }, terms: { quantity: dec(4) } }],
  ] as const satisfies [string, Parts][])(
    'is rejected with %s by the checks of any order',
    (code, parts) => {
      expect(codeOf(parts)).toBe(code);
    },
  );

  it('may keep a price that the market has left behind: a stop that was reached, a limit that is far off', () => {
    const quote = { bid: dec(120), ask: dec(121) };
    expect(codeOf({ original: stop, terms: { quantity: dec(9) }, ground: { quote } })).toBe(
      'ACCEPTED',
    );
    expect(codeOf({ original: stop, terms: { stopPrice: dec(119) }, ground: { quote } })).toBe(
      'STOP_PRICE_INVALID',
    );
    const sale = {
      side: 'SELL',
      limitPrice: dec(300),
      hold: { kind: 'SHARES', price: null, remaining: dec(10) },
    } as const;
    expect(codeOf({ original: sale, terms: { quantity: dec(9) }, ground: { quote } })).toBe(
      'ACCEPTED',
    );
    expect(codeOf({ original: sale, terms: { limitPrice: dec(301) }, ground: { quote } })).toBe(
      'LIMIT_PRICE_OUTSIDE_COLLAR',
    );
  });

  it('tells what is filled when nothing is left of it', () => {
    expect(
      decideReplacement(
        input({ original: { filledQuantity: dec(4) }, terms: { quantity: dec(3) } }),
      ),
    ).toEqual({
      ok: false,
      error: { code: 'REPLACE_REJECTED', facts: { quantity: '3', filledQuantity: '4' } },
    });
  });

  it('counts the size of what is left only', () => {
    const rich = {
      account: { status: 'ACTIVE', buyingPower: dec('1e9'), shortingAllowed: false },
    } as const;
    const original = {
      quantity: dec(100_000),
      filledQuantity: dec(50_000),
      hold: { kind: 'CASH', price: dec(100), remaining: dec(5_000_000) },
    } as const;
    expect(codeOf({ original, terms: { quantity: dec(150_000) }, ground: rich })).toBe('ACCEPTED');
    expect(codeOf({ original, terms: { quantity: dec(150_001) }, ground: rich })).toBe(
      'ORDER_TOO_LARGE',
    );
  });

  it('of an order at the venue goes there at once, whatever the hour, and ends with the session that follows', () => {
    const expected = { releaseAtMs: null, expiresAtMs: Date.parse('2026-11-25T21:00:00Z') };
    expect(
      accepted({
        original: { timeInForce: 'GTC' },
        terms: { timeInForce: 'DAY' },
        ground: { nowMs: CLOSED_MS },
      }),
    ).toMatchObject(expected);
  });

  it('of an order that waits for the open waits too', () => {
    const original = { releaseAtMs: NEXT_OPEN_MS };
    expect(
      accepted({ original, terms: { limitPrice: dec(99) }, ground: { nowMs: CLOSED_MS } }),
    ).toMatchObject({
      releaseAtMs: NEXT_OPEN_MS,
    });
  });

  it.each([
    ['OPG', '2026-11-24T14:28:00Z', '2026-11-24T14:30:00Z'],
    ['CLS', '2026-11-24T20:50:00Z', '2026-11-24T21:00:00Z'],
  ] as const)(
    'of an order for an auction is in time until its cutoff: %s',
    (timeInForce, at, auctionAt) => {
      const cutoff = Date.parse(at);
      const original = { timeInForce, releaseAtMs: cutoff } as const;
      const replace = (nowMs: number) => ({
        original,
        terms: { limitPrice: dec(101) },
        ground: { nowMs },
      });
      expect(accepted(replace(cutoff - 1))).toMatchObject({
        releaseAtMs: cutoff,
        auctionAtMs: Date.parse(auctionAt),
      });
      expect(decideReplacement(input(replace(cutoff)))).toEqual({
        ok: false,
        error: { code: 'REPLACE_REJECTED', facts: { reason: 'AUCTION_CUTOFF_PASSED' } },
      });
    },
  );

  it('that the edge must not let through is thrown', () => {
    const defectOf = (parts: Parts) => expect(() => decideReplacement(input(parts)));
    defectOf({ terms: { timeInForce: 'IOC' } }).toThrow(
      new RangeError('DAY is not replaced by IOC'),
    );
    defectOf({ original: { timeInForce: 'OPG' }, terms: { timeInForce: 'DAY' } }).toThrow(
      new RangeError('OPG is not replaced by DAY'),
    );
    defectOf({ terms: { quantity: ZERO } }).toThrow(
      new RangeError("An order's quantity is positive, not 0"),
    );
    const noCash = new RangeError('An open BUY holds cash at a price');
    defectOf({ original: { hold: null } }).toThrow(noCash);
    defectOf({ original: { hold: { kind: 'SHARES', price: dec(1), remaining: dec(1) } } }).toThrow(
      noCash,
    );
    defectOf({ original: { hold: { kind: 'CASH', price: null, remaining: dec(1) } } }).toThrow(
      noCash,
    );
    defectOf({ original: { side: 'HOLD' as never } }).toThrow(
      new TypeError('Unexpected value: "HOLD"'),
    );
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
