import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalDecimal,
  Decimal,
  formatCash,
  formatDecimal,
  formatValuation,
  PRICE_BOUNDS,
  parseDecimal,
  QUANTITY_BOUNDS,
  roundBasis,
  roundDownToCents,
  roundPrice,
  roundUpToCents,
} from '../../../domain/money/decimal.ts';
import { decimalOf, divideHalfEven, unitsOf } from '../arbitraries.ts';

const parsed = (text: string): string => {
  const result = parseDecimal(text, QUANTITY_BOUNDS);
  return result.ok ? formatDecimal(result.value) : result.error;
};

describe('parseDecimal', () => {
  it.each([
    ['10', '10'],
    ['10.0', '10'],
    ['007.50', '7.5'],
    ['0.00000001', '0.00000001'],
    ['999999999999.99999999', '999999999999.99999999'],
    ['-3.25', '-3.25'],
    ['-0', '0'],
    ['-0.00', '0'],
  ])('reads %j as %s', (text, value) => {
    expect(parsed(text)).toBe(value);
  });

  it.each([
    ...[
      '',
      ' ',
      '.',
      '-',
      '+1',
      '1.',
      '.5',
      '1e3',
      '1e400',
      '1E-9',
      '0x10',
      'NaN',
      'Infinity',
      '-Infinity',
      'null',
    ],
    ...[
      ' 1',
      '1 ',
      '1\n',
      '1,000',
      '1_000',
      '1.2.3',
      '--1',
      '1-',
      '٣',
      '１',
      '1٫5',
      '$1',
      '1n',
      '\u00001',
      '[1]',
    ],
  ])('rejects %j as no decimal', (text) => {
    expect(parsed(text)).toBe('NOT_A_DECIMAL');
  });

  it('gives zero no sign', () => {
    for (const text of ['-0', '-0.000']) {
      const result = parseDecimal(text, QUANTITY_BOUNDS);
      expect(result.ok && result.value.isPos()).toBe(true);
    }
  });

  it('counts decimals as written', () => {
    expect(parsed('1.000000001')).toBe('TOO_MANY_DECIMALS');
    expect(parsed('1.000000000')).toBe('TOO_MANY_DECIMALS');
  });

  it('rejects more integer digits than numeric(20,8) holds, and any text that is too long to read', () => {
    expect(parsed('1000000000000')).toBe('TOO_LARGE');
    expect(parsed(`${'0'.repeat(12)}123456789012`)).toBe('123456789012');
    expect(parsed(`${'0'.repeat(63)}1`)).toBe('1');
    expect(parsed(`${'0'.repeat(64)}1`)).toBe('TOO_LARGE');
    expect(parsed('9'.repeat(1_000_000))).toBe('TOO_LARGE');
    expect(parsed(`0.${'0'.repeat(1_000_000)}`)).toBe('TOO_LARGE');
  });

  it('never throws, and accepts nothing that breaks its bounds', () => {
    const decimalish = fc.string({
      unit: fc.constantFrom(...'0123456789.-+eE ,_xn'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), decimalish), (text) => {
        const result = parseDecimal(text, PRICE_BOUNDS);
        if (!result.ok) return;
        expect(text).toMatch(/^-?\d+(\.\d+)?$/);
        expect(result.value.isFinite()).toBe(true);
        expect(result.value.abs().lt('1e12')).toBe(true);
        expect(result.value.decimalPlaces()).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('reads back whatever formatDecimal writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n }), (units) => {
        const value = decimalOf(units, 8);
        expect(parseDecimal(formatDecimal(value), QUANTITY_BOUNDS)).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('rounding', () => {
  it.each([
    ['0.005', '0.00'],
    ['0.015', '0.02'],
    ['0.025', '0.02'],
    ['0.0250000000000001', '0.03'],
    ['-0.004', '0.00'],
    ['-0.015', '-0.02'],
    ['2057.5', '2057.50'],
    ['123456789012.345', '123456789012.34'],
  ])('formats a worth of %s as %s', (value, text) => {
    expect(formatValuation(new Decimal(value))).toBe(text);
  });

  it('rounds a worth half to even, like whole numbers do', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (units) => {
        expect(unitsOf(new Decimal(formatValuation(decimalOf(units, 16))), 2)).toBe(
          divideHalfEven(units, 10n ** 14n),
        );
      }),
    );
  });

  it.each([
    ['2057.5', '2057.50'],
    ['-0.01', '-0.01'],
    ['-0', '0.00'],
    ['100000', '100000.00'],
  ])('formats cash of %s as %s', (value, cash) => {
    expect(formatCash(new Decimal(value))).toBe(cash);
  });

  it.each(['0.001', '0.005', '-0.0049', '2057.4999999999999999'])(
    'throws rather than round cash of %s on its way out',
    (value) => {
      expect(() => formatCash(new Decimal(value))).toThrow(
        new RangeError(`Cash is whole cents, not ${value}`),
      );
    },
  );

  it.each([
    ['10.0000000000000001', '10.00', '10.01'],
    ['10.01', '10.01', '10.01'],
    ['0.0052777', '0.00', '0.01'],
    ['-0.0001', '-0.01', '0.00'],
  ])('rounds %s down to %s and up to %s, and leaves whole cents alone', (value, down, up) => {
    expect(formatCash(roundDownToCents(new Decimal(value)))).toBe(down);
    expect(formatCash(roundUpToCents(new Decimal(value)))).toBe(up);
  });

  it('keeps 8 decimals of a price and 16 of a basis', () => {
    expect(roundPrice(new Decimal(2).div(3)).toFixed()).toBe('0.66666667');
    expect(roundBasis(new Decimal(2).div(3)).toFixed()).toBe('0.6666666666666667');
  });

  it('multiplies the largest quantity and price without losing a digit', () => {
    const largest = new Decimal('999999999999.99999999');
    expect(unitsOf(largest.times(largest), 16)).toBe((10n ** 20n - 1n) ** 2n);
  });
});

describe('formatDecimal', () => {
  it.each([
    ['205.7500', '205.75'],
    ['10', '10'],
    ['100', '100'],
    ['1e-16', '0.0000000000000001'],
    ['1e30', '1000000000000000000000000000000'],
    ['-0', '0'],
  ])('writes %s as %s', (value, text) => {
    expect(formatDecimal(new Decimal(value))).toBe(text);
  });

  it.each(['1.5', '1.50', '01.5', '1.500000000000'])('writes the text %s as 1.5', (text) => {
    expect(canonicalDecimal(text)).toBe('1.5');
  });

  it('never writes an exponent, nor does toString', () => {
    for (const value of ['1e-30', '1e30', '-1e-30']) {
      expect(formatDecimal(new Decimal(value))).not.toContain('e');
      expect(new Decimal(value).toString()).not.toContain('e');
    }
  });
});
