import { canonicalDecimal, Decimal, formatCash } from '../domain/money/decimal.ts';
import type { DecimalString, Timestamp } from './decimal-string.ts';
import type { RejectCode } from './errors.ts';

/** What a value of each kind is inside the hub. */
interface ValueOfKind {
  id: string;
  text: string;
  /** One of `words`. */
  word: string;
  rejectCode: RejectCode;
  count: number;
  /** Shares, USD a share, percent: text without trailing zeros. */
  decimal: DecimalString;
  /** USD with two decimals. */
  cash: DecimalString;
  time: Timestamp;
  /** A date of the market, `YYYY-MM-DD`. */
  date: string;
  /** What a decision rests on, each by its name; decimals as text. */
  facts: Record<string, string>;
  details: Record<string, unknown>;
}

export interface Field {
  readonly kind: keyof ValueOfKind;
  /** Of kind `word`: all that there are. */
  readonly words?: readonly string[];
  readonly nullable?: true;
  /** For those who read the field in the API's document. */
  readonly description?: string;
}

/** The fields of a thing by name, in the order in which they are always written. */
export type FieldTable = Readonly<Record<string, Field>>;

type ValueOf<F extends Field> =
  | (F extends { words: readonly (infer Word)[] } ? Word : ValueOfKind[F['kind']])
  | (F extends { nullable: true } ? null : never);

/** The thing that a table describes. */
export type ValuesOf<T extends FieldTable> = { -readonly [Name in keyof T]: ValueOf<T[Name]> };

/** The names of the fields that have what `Trait` says: `{ nullable: true }`. */
export type NamesWith<T extends FieldTable, Trait> = {
  [Name in keyof T]: T[Name] extends Trait ? Name : never;
}[keyof T];

type NullableNames<T extends FieldTable> = NamesWith<T, { nullable: true }>;

/** The values of a thing; what may be null may be left out. */
export type GivenValues<T extends FieldTable> = Omit<ValuesOf<T>, NullableNames<T>> &
  Partial<Pick<ValuesOf<T>, NullableNames<T>>>;

export const namesOf = <T extends FieldTable>(table: T): readonly (keyof T & string)[] =>
  Object.keys(table);

/** The thing with its fields in the table's order, so that equal answers are equal text. */
export const inFieldOrder = <T extends FieldTable>(
  table: T,
  values: GivenValues<T>,
): ValuesOf<T> => {
  const given = values as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    namesOf(table).map((name) => [name, given[name] ?? null]),
  ) as ValuesOf<T>;
};

export const pickFields = <T, Name extends keyof T & string>(
  values: T,
  names: readonly Name[],
): Pick<T, Name> => Object.fromEntries(names.map((name) => [name, values[name]])) as Pick<T, Name>;

/** The one spelling of a value: decimals as the hub writes them; what is not given is null. */
export function spelledOnce<Value>({ kind }: Field, value: Value): Value | string | null {
  if (value === null || value === undefined) return null;
  if (kind === 'decimal') return canonicalDecimal(String(value));
  if (kind === 'cash') return formatCash(new Decimal(String(value)));
  return value;
}
