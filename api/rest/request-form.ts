import type { FieldError } from './invalid-request.ts';

/**
 * Headers that mean one thing; Node keeps the first of two, or joins them with a comma, and another
 * reader the last.
 */
const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'connect-protocol-version',
  'connect-timeout-ms',
  'content-encoding',
  'content-type',
  'grpc-encoding',
  'grpc-timeout',
  'idempotency-key',
  'x-request-id',
]);

const ASCII_ONLY = /^[\x21-\x7e]*$/;
const NAME_SHOWN_MAX = 64;

/** What came before the body, as it was sent. */
export interface RequestHead {
  /** The path with its query, percent-encoded (RFC 3986). */
  target: string;
  /** Names and values in turns, as `IncomingMessage.rawHeaders` has them. */
  rawHeaders?: readonly string[];
}

/**
 * What readers of the request could read in two ways, with its place: a target that is not
 * percent-encoded UTF-8 (RFC 3986, 2.5), a query parameter or a header that is given twice. Nothing
 * of it may be guessed at: two guesses make two requests of one.
 */
export function findHeadFaults({ target, rawHeaders = [] }: RequestHead): FieldError[] {
  return [...targetFaults(target), ...headerFaults(rawHeaders)];
}

function targetFaults(target: string): FieldError[] {
  if (!ASCII_ONLY.test(target) || decode(target) === null)
    return [{ path: '', message: 'the path and the query must be percent-encoded UTF-8' }];
  const query = target.indexOf('?');
  if (query < 0) return [];
  return repeated(new URLSearchParams(target.slice(query)).keys()).map(givenTwice);
}

function headerFaults(rawHeaders: readonly string[]): FieldError[] {
  const names = rawHeaders
    .filter((_text, index) => index % 2 === 0)
    .map((name) => name.toLowerCase());
  return repeated(names.filter((name) => SINGLE_HEADERS.has(name))).map(givenTwice);
}

const givenTwice = (name: string): FieldError => ({
  path: name.slice(0, NAME_SHOWN_MAX),
  message: 'is given more than once',
});

function repeated(names: Iterable<string>): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) again.add(name);
    seen.add(name);
  }
  return [...again];
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
