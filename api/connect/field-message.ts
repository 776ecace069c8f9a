import type { DescEnum, DescField, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { type Field, type FieldTable, namesOf, type ValuesOf } from '../../contracts/fields.ts';
import { type Source, toMessage } from '../../proto/messages.ts';

/**
 * Writes a thing as its message: a field of the table is the message's field of the same name.
 * Throws a `RangeError` for a message that has other fields than the table, or has them in another
 * form.
 */
export function messageOf<T extends FieldTable, D extends DescMessage>(
  table: T,
  message: D,
): (values: ValuesOf<T>) => MessageShape<D> {
  const spare = message.fields.find(({ localName }) => !(localName in table));
  if (spare) throw new RangeError(`${message.name}.${spare.localName} is no field of the table`);
  for (const name of namesOf(table)) {
    if (!isAlike(table[name], message.field[name]))
      throw new RangeError(`${message.name}.${name} is missing or of another form`);
  }
  return (values) => toMessage(message, values as unknown as Source<D>);
}

function isAlike(field: Field | undefined, described: DescField | undefined): boolean {
  if (!field || !described) return false;
  switch (field.kind) {
    case 'time':
      return described.message?.typeName === TimestampSchema.typeName;
    case 'facts':
      return described.fieldKind === 'map';
    case 'word':
      return described.enum ? hasAllWords(field, described.enum) : described.fieldKind === 'scalar';
    case 'count':
    case 'details':
      return false;
    default:
      return described.fieldKind === 'scalar';
  }
}

/** Enum names are the hub's words; 0 is the one for none. */
function hasAllWords({ words = [] }: Field, { values }: DescEnum): boolean {
  const names = new Set(values.map(({ localName }) => localName));
  return words.every((word) => names.has(word)) && names.size === words.length + 1;
}
