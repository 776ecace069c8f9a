import type { PgTable } from 'drizzle-orm/pg-core';
import type postgres from 'postgres';

type Columns<T extends PgTable> = T['_']['columns'];
type Selected<T extends PgTable> = T['$inferSelect'];

/** Timestamps come as text or `Date`, as the client parses them; `toTimestamp` takes both. */
type AsRead<ColumnType, Value> = ColumnType extends 'PgTimestampString'
  ? Exclude<Value, string> | string | Date
  : Value;

/** A row of a table of `drizzle/schema` under its names there: numerics and bigints as text. */
export type RowOf<T extends PgTable> = {
  [Name in keyof Selected<T> & keyof Columns<T>]: AsRead<
    Columns<T>[Name]['_']['columnType'],
    Selected<T>[Name]
  >;
};

/** The column of a field: `brokerExecutionId` is `broker_execution_id`. */
export const columnOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The columns of the fields, each under the field's name: `"o"."account_id" as "accountId"`. */
export const selectFields = (sql: postgres.Sql, table: string, fields: readonly string[]) =>
  sql.unsafe<postgres.Row[]>(
    fields.map((field) => `"${table}"."${columnOf(field)}" as "${field}"`).join(', '),
  );

/** Values by the names of their columns, as `jsonb_populate_record` takes them. */
export const toColumns = (values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([field, value]) => [columnOf(field), value]));
