/**
 * The end of an exhaustive switch: compiles only while every case is handled, throws if a value
 * from outside gets past the types.
 */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected value: ${JSON.stringify(value)}`);
}
