import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { PlaceOrderRequest } from '../proto/gen/hub/v1/broker_pb.js';

/** The request has no meaning here, not even one to reject. Maps to INVALID_ARGUMENT. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

const CLIENT_ORDER_ID = /^[\x21-\x7e]{1,128}$/;
const LISTED_IDS_MAX = 200;
const SYMBOL = /^[\x21-\x7e]{1,32}$/;
/** 9999-12-31T23:59:59Z, the last instant of a protobuf Timestamp. */
const TIMESTAMP_MAX_SECONDS = 253_402_300_799n;

export const readClientOrderId = (text: string): string =>
  readMatching(text, CLIENT_ORDER_ID, 'client_order_id');

/** At most as many as a page of orders has. */
export function readListedIds(clientOrderIds: readonly string[]): string[] {
  if (clientOrderIds.length > LISTED_IDS_MAX)
    throw new MalformedRequest(`client_order_ids may be ${LISTED_IDS_MAX} at most`);
  return clientOrderIds.map(readClientOrderId);
}

export const readSymbol = (text: string): string => readMatching(text, SYMBOL, 'symbol');

/** The word of an enum's number: its words are ours, and 0 is the one for none. */
export function readEnum<Words extends Readonly<Record<string, string | number>>>(
  words: Words,
  value: Words[keyof Words],
  field: string,
): Exclude<keyof Words & string, 'UNSPECIFIED'> {
  for (const word in words)
    if (words[word] === value && value !== 0) return word as Exclude<typeof word, 'UNSPECIFIED'>;
  throw new MalformedRequest(`${field} must be set to a known value`);
}

export function readMatching(text: string, pattern: RegExp, field: string): string {
  if (!pattern.test(text)) throw new MalformedRequest(`${field} must match ${pattern.source}`);
  return text;
}

export function readTime(time: PlaceOrderRequest['expiresAt'], field: string): number | null {
  if (!time) return null;
  if (time.seconds < 0n || time.seconds > TIMESTAMP_MAX_SECONDS)
    throw new MalformedRequest(`${field} must be between 1970 and 9999`);
  return timestampMs(time);
}
