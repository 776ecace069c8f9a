import { z } from '@hono/zod-openapi';
import {
  type Decimal,
  type DecimalBounds,
  PRICE_BOUNDS,
  parseDecimal,
  QUANTITY_BOUNDS,
} from '../../domain/money/decimal.ts';
import {
  EMAIL_PATTERN,
  PLAIN_TEXT_PATTERN,
  positiveDecimalPattern,
  SEEN_TEXT_PATTERN,
  VISIBLE_TEXT_PATTERN,
} from './patterns.ts';

export const SYMBOL_FORM = /^[A-Z][A-Z0-9.]{0,9}$/;
const UUID_FORM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const VISIBLE_TEXT = new RegExp(VISIBLE_TEXT_PATTERN, 'u');

/** The form of a symbol in a path: what has another is no instrument. */
export const symbolInPath = z.string().openapi({ pattern: SYMBOL_FORM.source, example: 'AAPL' });

/** The form of an id in a path: what has another is not found. */
export const uuidInPath = z
  .string()
  .openapi({ format: 'uuid', example: '01981c2e-7b1a-7c3f-9d52-3f0a6f1b2c4d' });

/** Whether a path segment can be the symbol of an instrument. */
export const isSymbol = (text: string): boolean => SYMBOL_FORM.test(text);

const isUuid = (text: string): boolean => UUID_FORM.test(text);

/** A UUID of a path or message in lower case, `null` when it cannot be one. */
export function readUuid(text: string): string | null {
  const id = text.toLowerCase();
  return isUuid(id) ? id : null;
}

/** An account's id in a request; on it goes in lower case. */
export const accountId = z
  .string()
  .toLowerCase()
  .regex(UUID_FORM, 'must be a UUID')
  .openapi({ format: 'uuid', example: '01981c2e-7b1a-7c3f-9d52-3f0a6f1b2c4d' });

/** A check of the length and what it says; endless text is not counted. */
const atMost = (lengthMax: number) =>
  [
    (text: string) => text.length <= 2 * lengthMax && [...text].length <= lengthMax,
    `must have at most ${lengthMax} characters`,
  ] as const;

/**
 * Lengths are counted in code points, as JSON Schema does; JavaScript's own count a character of
 * two units twice.
 */
const textOf = (lengthMin: number, lengthMax: number) =>
  z
    .string()
    .refine(
      (text) => [...text].length >= lengthMin,
      `must have at least ${lengthMin} ${lengthMin === 1 ? 'character' : 'characters'}`,
    )
    .refine(...atMost(lengthMax))
    .openapi({ minLength: lengthMin, maxLength: lengthMax });

/**
 * Text that Postgres keeps as it is: well-formed Unicode without control characters (NUL above
 * all).
 */
export const plainText = (lengthMax: number, lengthMin = 1) =>
  textOf(lengthMin, lengthMax)
    .refine(
      (text) => text.isWellFormed() && !CONTROL_CHARACTER.test(text),
      'must not contain control characters or broken Unicode',
    )
    .openapi({ pattern: PLAIN_TEXT_PATTERN });

/** Plain text with something to see in it; white space around it counts, and is cut off. */
const seenText = (lengthMax: number, missing?: string) =>
  z
    .string(missing)
    .refine(...atMost(lengthMax))
    .trim()
    .pipe(plainText(lengthMax))
    .openapi({ type: 'string', minLength: 1, maxLength: lengthMax, pattern: SEEN_TEXT_PATTERN });

/** The name of a person. */
export const displayName = seenText(100);

/** A client's own id (FIX ClOrdID 11): visible characters only. */
export const clientOrderId = textOf(1, 128)
  .refine(
    (text) => text.isWellFormed() && VISIBLE_TEXT.test(text),
    'must consist of visible characters',
  )
  .openapi({ pattern: VISIBLE_TEXT_PATTERN, example: 'my-order-1' });

export const symbol = z
  .string()
  .regex(
    SYMBOL_FORM,
    'must be a symbol: a capital letter, then up to 9 capital letters, digits or points',
  )
  .openapi({ example: 'AAPL' });

/** A symbol that a query may name. */
export const symbolParameter = (description: string) =>
  symbol
    .nullable()
    .default(null)
    .openapi({ type: 'string', pattern: SYMBOL_FORM.source, description });

const DECIMAL_LENGTH_MAX = 64;

interface DecimalRule {
  rule: string;
  example: string;
  /** The same rule for the document; positive decimals unless given. */
  pattern?: string;
}

const decimalThat = (
  isRight: (value: Decimal) => boolean,
  bounds: DecimalBounds,
  { rule, example, pattern }: DecimalRule,
) =>
  z
    .string(rule)
    .refine((text) => {
      const decimal = parseDecimal(text, bounds);
      return decimal.ok && isRight(decimal.value);
    }, rule)
    .openapi({
      format: 'decimal',
      pattern: pattern ?? positiveDecimalPattern(bounds),
      maxLength: DECIMAL_LENGTH_MAX,
      example,
    });

export const positiveDecimal = (bounds: DecimalBounds, example: string) => {
  const { maxIntegerDigits, maxDecimals } = bounds;
  const rule = `must be a decimal string above zero with at most ${maxIntegerDigits} digits before and ${maxDecimals} after the point`;
  return decimalThat((value) => value.gt(0), bounds, { rule, example });
};

/** Shares, above zero: numeric(20,8). */
export const quantity = positiveDecimal(QUANTITY_BOUNDS, '10');

/** USD a share, above zero: numeric(20,8). */
export const price = positiveDecimal(PRICE_BOUNDS, '205.75');

/**
 * USD that an order is to come to, above zero; whether it is enough for an order is decided with
 * the order.
 */
export const notional = positiveDecimal({ maxIntegerDigits: 12, maxDecimals: 2 }, '500.00');

/** How far a stop trails, in percent of the best price. */
export const trailPercent = decimalThat(
  (value) => value.gt(0) && value.lt(100),
  { maxIntegerDigits: 2, maxDecimals: 4 },
  {
    rule: 'must be a decimal string above 0 and below 100 with at most 4 decimals',
    example: '2.5',
  },
);

/** A decimal in an answer. */
export const decimal = z.string().openapi({ format: 'decimal', example: '205.75' });

/** RFC 3339 in UTC with milliseconds. */
export const timestamp = z
  .string()
  .openapi({ format: 'date-time', example: '2026-11-24T14:30:00.000Z' });

/** RFC 3339 with any offset in a request; on it goes in UTC with milliseconds. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant as RFC 3339' })
  .transform((text) => new Date(text).toISOString())
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-27T14:30:00.000Z' });

/**
 * `YYYY-MM-DD`, a date that the calendar has. No calendar has a year 0, and no database keeps it.
 */
export const date = z.iso
  .date('must be a date as YYYY-MM-DD')
  .refine((text) => !text.startsWith('0000'), 'must be a date as YYYY-MM-DD')
  .openapi({ example: '2026-11-27' });

/** What an operator writes: kept in the audit trail. `missing` is said when it is no text. */
export const sentence = (missing: string) => seenText(500, missing);

/** Why an operator interferes. */
export const reason = sentence('must say why').openapi({
  example: 'the broker confirmed by telephone',
});

/** Compared and kept in lower case. */
export const email = z
  .email({ pattern: new RegExp(EMAIL_PATTERN) })
  .max(254)
  .toLowerCase()
  .openapi({ pattern: EMAIL_PATTERN, example: 'demo@hub.local' });

const LIST_LIMIT_MAX = 200;
const LIST_LIMIT_DEFAULT = 50;

const CURSOR_FORM = /^[\x21-\x7e]{1,512}$/;

/** How many items a page has at most. */
export const listLimit = z.int().min(1).max(LIST_LIMIT_MAX);

/** `limit` and `cursor` of every list, as query parameters. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(listLimit)
    .default(LIST_LIMIT_DEFAULT)
    .openapi({ type: 'integer', minimum: 1, maximum: LIST_LIMIT_MAX, default: LIST_LIMIT_DEFAULT }),
  cursor: z
    .string()
    .regex(CURSOR_FORM, 'must be the nextCursor of the page before')
    .nullable()
    .default(null)
    .openapi({
      type: 'string',
      pattern: CURSOR_FORM.source,
      description: 'The `nextCursor` of the page before',
    }),
};

/** An answer's page: `nextCursor` is null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
