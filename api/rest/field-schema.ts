import { z } from '@hono/zod-openapi';
import type { Field, FieldTable, ValuesOf } from '../../contracts/fields.ts';
import { decimal, timestamp } from './fields.ts';

type ShapeOf<T extends FieldTable> = { [Name in keyof T]: z.ZodType<ValuesOf<T>[Name]> };

/** An answer with the fields of a table, as the API's document has it. */
export const objectOf = <T extends FieldTable>(table: T): z.ZodObject<ShapeOf<T>> =>
  z.object(
    Object.fromEntries(Object.entries(table).map(([name, field]) => [name, schemaOf(field)])),
  ) as unknown as z.ZodObject<ShapeOf<T>>;

const MARKET_DATE = z
  .string()
  .openapi({ format: 'date', example: '2026-11-24', description: 'A date of the market' });

const SCHEMAS: Readonly<Record<Field['kind'], (field: Field) => z.ZodType>> = {
  id: () => z.string(),
  text: () => z.string(),
  word: ({ words }) => z.enum(words ?? []),
  rejectCode: () => z.string(),
  count: () => z.int(),
  decimal: () => decimal,
  cash: () => decimal,
  time: () => timestamp,
  date: () => MARKET_DATE,
  facts: () => z.record(z.string(), z.string()),
  details: () => z.record(z.string(), z.unknown()),
};

function schemaOf(field: Field): z.ZodType {
  const schema = SCHEMAS[field.kind](field);
  const whole = field.nullable ? schema.nullable() : schema;
  return field.description === undefined
    ? whole
    : whole.openapi({ description: field.description });
}
