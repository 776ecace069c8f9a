import { create, type DescField, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { TimestampSchema, timestampFromDate } from '@bufbuild/protobuf/wkt';

/** A value that has all that a message has, under the same names. */
export type Source<Desc extends DescMessage> = {
  readonly [Field in Exclude<keyof MessageShape<Desc>, '$typeName' | '$unknown'>]: unknown;
};

/**
 * A value of ours as a message: each field by its name, null as proto3's default, times as
 * timestamps, enums by their words. What the message has no field for stays behind; a field that the
 * value has nothing for is a mistake of ours and throws.
 */
export const toMessage = <Desc extends DescMessage>(
  desc: Desc,
  value: Source<Desc>,
): MessageShape<Desc> => fill(desc, value as Record<string, unknown>) as MessageShape<Desc>;

function fill(desc: DescMessage, value: Record<string, unknown>): MessageShape<DescMessage> {
  const init: Record<string, unknown> = {};
  for (const field of desc.fields) {
    const given = value[field.localName];
    if (given === undefined) throw new Error(`${desc.typeName} needs a ${field.localName}`);
    if (given !== null) init[field.localName] = toField(field, given);
  }
  return create(desc, init);
}

function toField(field: DescField, given: unknown): unknown {
  if (field.fieldKind !== 'list') return toSingle(field, given);
  return (given as unknown[]).map((item) => toSingle(field, item));
}

function toSingle({ message, enum: words, name }: DescField, given: unknown): unknown {
  if (message?.typeName === TimestampSchema.typeName)
    return timestampFromDate(new Date(given as string));
  if (message) return fill(message, given as Record<string, unknown>);
  if (!words) return given;
  const word = words.values.find(({ localName }) => localName === given);
  if (!word) throw new Error(`${words.typeName} has no ${given} for ${name}`);
  return word.number;
}

/**
 * The text, words and numbers of a request under the names of REST: empty text is not given, an
 * enum's 0 neither, and a number without a name is no word.
 */
export function readMessage<D extends DescMessage>(
  message: D,
  request: object,
  names: readonly string[],
): Record<string, unknown> {
  const given = request as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    names.map((name) => {
      const described = message.field[name];
      const value = given[name];
      if (described?.enum && value !== 0)
        return [name, described.enum.value[Number(value)]?.localName ?? ''];
      return [name, value || undefined];
    }),
  );
}
