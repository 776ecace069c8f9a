import { z } from '@hono/zod-openapi';
import { type Decimal, type DecimalBounds, PRICE_BOUNDS, parseDecimal, QUANTITY_BOUNDS } from '../../domain/money/decimal.ts';

const SYMBOL_FORM = /^[A-Z][A-Z0-9.]{0,9}$/;
const UUID_FORM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const SPACE_OR_INVISIBLE = /[\p{C}\p{Z}]/u;

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

/** Text that Postgres keeps as it is: well-formed Unicode without control characters (NUL above all). */
export const plainText = (lengthMax: number) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((text) => text.isWellFormed() && !CONTROL_CHARACTER.test(text), 'must not contain control characters or broken Unicode');

/** {@link plainText} that has something to see in it; white space around it is cut off. */
export const displayName = z.string().trim().pipe(plainText(100)).openapi({ type: 'string', minLength: 1, maxLength: 100 });

/** A client's own id (FIX ClOrdID 11): visible characters only. */
export const clientOrderId = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => text.isWellFormed() && !SPACE_OR_INVISIBLE.test(text), 'must consist of visible characters')
  .openapi({ example: 'my-order-1' });

export const symbol = z
  .string()
  .regex(SYMBOL_FORM, 'must be a symbol: a capital letter, then up to 9 capital letters, digits or points')
  .openapi({ example: 'AAPL' });

const decimalThat = (isRight: (value: Decimal) => boolean, bounds: DecimalBounds, rule: string, example: string) =>
  z
    .string(rule)
    .refine((text) => {
      const decimal = parseDecimal(text, bounds);
      return decimal.ok && isRight(decimal.value);
    }, rule)
    .openapi({ format: 'decimal', example });

const positiveDecimal = (bounds: DecimalBounds, example: string) => {
  const { maxIntegerDigits, maxDecimals } = bounds;
  const rule = `must be a decimal string above zero with at most ${maxIntegerDigits} digits before and ${maxDecimals} after the point`;
  return decimalThat((value) => value.gt(0), bounds, rule, example);
};

/** Shares, above zero: numeric(20,8). */
export const quantity = positiveDecimal(QUANTITY_BOUNDS, '10');

/** USD a share, above zero: numeric(20,8). */
export const price = positiveDecimal(PRICE_BOUNDS, '205.75');

/** USD that an order is to come to. */
export const notional = decimalThat(
  (value) => value.gte(1),
  { maxIntegerDigits: 12, maxDecimals: 2 },
  'must be a decimal string of at least 1.00 with at most 12 digits before and 2 after the point',
  '500.00',
);

/** How far a stop trails, in percent of the best price. */
export const trailPercent = decimalThat(
  (value) => value.gt(0) && value.lt(100),
  { maxIntegerDigits: 2, maxDecimals: 4 },
  'must be a decimal string above 0 and below 100 with at most 4 decimals',
  '2.5',
);

/** A decimal in an answer. */
export const decimal = z.string().openapi({ format: 'decimal', example: '205.75' });

/** RFC 3339 in UTC with milliseconds. */
export const timestamp = z.string().openapi({ format: 'date-time', example: '2026-11-24T14:30:00.000Z' });

/** RFC 3339 with any offset in a request; on it goes in UTC with milliseconds. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant as RFC 3339' })
  .transform((text) => new Date(text).toISOString())
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-27T14:30:00.000Z' });

/** `YYYY-MM-DD`, a date that the calendar has. No calendar has a year 0, and no database keeps it. */
export const date = z.iso
  .date('must be a date as YYYY-MM-DD')
  .refine((text) => !text.startsWith('0000'), 'must be a date as YYYY-MM-DD')
  .openapi({ example: '2026-11-27' });

/** Why an operator interferes: kept in the audit trail. */
export const reason = z
  .string('must say why')
  .trim()
  .pipe(plainText(500))
  .openapi({ type: 'string', minLength: 1, maxLength: 500, example: 'the venue confirmed by telephone' });

/** Compared and kept in lower case. */
export const email = z.email().max(254).toLowerCase().openapi({ example: 'demo@hub.local' });

const LIST_LIMIT_MAX = 200;
const LIST_LIMIT_DEFAULT = 50;

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
    .regex(/^[\x21-\x7e]{1,512}$/, 'must be the nextCursor of the page before')
    .nullable()
    .default(null)
    .openapi({ type: 'string', description: 'The `nextCursor` of the page before' }),
};

/** An answer's page: `nextCursor` is null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
