import { type FieldTable, spelledOnce } from '../../contracts/fields.ts';
import { toTimestamp } from './timestamp.ts';

/** The fields of a row, from what the driver gives to how the hub writes each kind. */
export function readFields<Name extends string>(
  table: FieldTable,
  names: readonly Name[],
  row: { readonly [N in NoInfer<Name>]: unknown },
): Record<Name, unknown> {
  const values = {} as Record<Name, unknown>;
  for (const name of names) {
    const field = table[name];
    if (!field) throw new RangeError(`no field ${name}`);
    const value = row[name];
    values[name] =
      field.kind === 'time' && value !== null
        ? toTimestamp(value as string | Date)
        : spelledOnce(field, value);
  }
  return values;
}
