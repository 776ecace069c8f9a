import { Decimal as DecimalJs } from 'decimal.js';
import { err, ok, type Result } from '../result.ts';

/**
 * The one number type of money, prices and quantities. 60 digits hold the product of two
 * numeric(20,8) values exactly; rounding is half-even; text never has an exponent.
 */
export const Decimal = DecimalJs.clone({
  defaults: true,
  precision: 60,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});
export type Decimal = DecimalJs;

export const ZERO: Decimal = new Decimal(0);

const CASH_DECIMALS = 2;
const PRICE_DECIMALS = 8;
const BASIS_DECIMALS = 16;

/** The largest whole number of cents that is not more: what a customer gets. */
export const roundDownToCents = (value: Decimal): Decimal =>
  value.toDecimalPlaces(CASH_DECIMALS, Decimal.ROUND_FLOOR);

/**
 * The smallest whole number of cents that is not less: what a customer pays, and what is held for
 * it.
 */
export const roundUpToCents = (value: Decimal): Decimal =>
  value.toDecimalPlaces(CASH_DECIMALS, Decimal.ROUND_CEIL);

/** A price as it is stored: eight decimals, half-even. */
export const roundPrice = (value: Decimal): Decimal =>
  value.toDecimalPlaces(PRICE_DECIMALS, Decimal.ROUND_HALF_EVEN);

/** A cost basis as it is stored: sixteen decimals, which quantity × price never exceeds. */
export const roundBasis = (value: Decimal): Decimal =>
  value.toDecimalPlaces(BASIS_DECIMALS, Decimal.ROUND_HALF_EVEN);

/**
 * Cash as text: `"2057.50"`, always two decimals. Zero has no sign. Throws a RangeError for a part
 * of a cent: cash that moves is rounded where it is decided on, in a direction that is chosen
 * there, and never on its way out.
 */
export function formatCash(value: Decimal): string {
  if (value.decimalPlaces() > CASH_DECIMALS)
    throw new RangeError(`Cash is whole cents, not ${value.toFixed()}`);
  return value.isZero() ? '0.00' : value.toFixed(CASH_DECIMALS);
}

/**
 * What something is worth, as text for a reader: two decimals, rounded half-even. Nothing is paid,
 * held or allowed by it.
 */
export const formatValuation = (value: Decimal): string =>
  formatCash(value.toDecimalPlaces(CASH_DECIMALS, Decimal.ROUND_HALF_EVEN));

/** Plain text without trailing zeros or exponent: `"205.75"`, `"10"`. Zero has no sign. */
export const formatDecimal = (value: Decimal): string => (value.isZero() ? '0' : value.toFixed());

/** The one spelling of a decimal: `"1.50"` and `"01.5"` are `"1.5"`. */
export const canonicalDecimal = (text: string): string => formatDecimal(new Decimal(text));

export interface DecimalBounds {
  maxIntegerDigits: number;
  maxDecimals: number;
}

/** numeric(20,8): 12 digits before the point, 8 after it. */
export const QUANTITY_BOUNDS: DecimalBounds = { maxIntegerDigits: 12, maxDecimals: 8 };
export const PRICE_BOUNDS: DecimalBounds = { maxIntegerDigits: 12, maxDecimals: 8 };

export type DecimalParseError = 'NOT_A_DECIMAL' | 'TOO_MANY_DECIMALS' | 'TOO_LARGE';

const TEXT_LENGTH_MAX = 64;
const DECIMAL_TEXT = /^-?(\d+)(?:\.(\d+))?$/;

/**
 * Reads plain decimal text: digits, at most one point with digits on both sides, at most one
 * leading minus. No exponent, plus sign, separator or white space. Decimals are counted as written.
 * Text longer than 64 characters is TOO_LARGE and not read at all.
 */
export function parseDecimal(
  text: string,
  bounds: DecimalBounds,
): Result<Decimal, DecimalParseError> {
  if (text.length > TEXT_LENGTH_MAX) return err('TOO_LARGE');
  const match = DECIMAL_TEXT.exec(text);
  if (!match) return err('NOT_A_DECIMAL');
  const integerDigits = (match[1] ?? '').replace(/^0+/, '');
  if (integerDigits.length > bounds.maxIntegerDigits) return err('TOO_LARGE');
  if ((match[2] ?? '').length > bounds.maxDecimals) return err('TOO_MANY_DECIMALS');
  const value = new Decimal(text);
  return ok(value.isZero() ? ZERO : value);
}
