import { fromJsonString } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { HubError } from '../../contracts/errors.ts';

/** Objects and lists within one another; no request of ours has more than three. */
const DEPTH_MAX = 32;
/** Protobuf-ES counts the value itself and its innermost scalar as levels of their own. */
const RECURSION_MAX = DEPTH_MAX + 2;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const DUPLICATE_KEY = /duplicate object key "(.*)"$/s;
const KEY_SHOWN_MAX = 64;

/**
 * The text of a JSON body (RFC 8259) that everybody reads in the same way, as I-JSON (RFC 7493, 2.1
 * and 2.3) asks for: UTF-8 without a byte order mark, no key twice in an object, at most 32 levels.
 * Halves of surrogate pairs are for the rules of the fields to reject, which name the field. Throws
 * `MALFORMED_JSON`.
 */
export function readJsonText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  assertJson(text);
  checkKeysAndDepth(text);
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw malformed('The body is not UTF-8', error);
  }
}

function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw malformed(undefined, error);
  }
}

/**
 * JSON.parse takes the last of two keys; Protobuf-ES, which rejects them, reads every JSON text as
 * a google.protobuf.Value.
 */
function checkKeysAndDepth(text: string): void {
  try {
    fromJsonString(ValueSchema, text, { recursionLimit: RECURSION_MAX });
  } catch (error) {
    throw malformed(faultOf(error), error);
  }
}

function faultOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const [, key] = DUPLICATE_KEY.exec(message) ?? [];
  if (key !== undefined)
    return `The body has the key "${key.slice(0, KEY_SHOWN_MAX)}" more than once`;
  return message.includes('recursion')
    ? `The body has more than ${DEPTH_MAX} levels`
    : 'The body cannot be read in one way only';
}

const malformed = (detail?: string, cause?: unknown): HubError =>
  new HubError('MALFORMED_JSON', {}, { ...(detail === undefined ? {} : { detail }), cause });
