import { createHash } from 'node:crypto';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import { spelledOnce } from '../../contracts/fields.ts';
import { type OrderTerms, REPLACE_NAMES, type ReplaceTerms } from '../../contracts/orders/order.ts';
import { ORDER_FIELDS, TERM_NAMES } from '../../contracts/orders/order-fields.ts';

/**
 * Name spaces (RFC 9562, 5.5) under which order ids and execution ids are derived; fixed for ever.
 */
const ORDER_NAMESPACE = 'b3f1a6a2-6d2f-4c6f-9a57-5b1c8f0e7d11';
const EXECUTION_NAMESPACE = '5d0c9b1e-1c54-4b57-8f3e-0a4de5d7c9a3';

/**
 * The same key of the same account is the same order, whoever asks and how often; without a key
 * each request is a new order.
 */
export const orderIdFor = (accountId: string, key: string | null): string =>
  key === null ? uuidV7() : uuidV5(`${accountId}:${key}`, ORDER_NAMESPACE);

/** Our id of an execution, derived from the broker's: booking it again finds the same row. */
export const executionIdFor = (broker: string, brokerExecutionId: string): string =>
  uuidV5(`${broker}/${brokerExecutionId}`, EXECUTION_NAMESPACE);

/** The terms, each in its one spelling. */
export const spelledTerms = (terms: OrderTerms): OrderTerms =>
  Object.fromEntries(
    TERM_NAMES.map((name) => [name, spelledOnce(ORDER_FIELDS[name], terms[name])]),
  ) as unknown as OrderTerms;

/**
 * How many terms there were at first; they count given or not. Those that came later stand behind
 * them, and count by their name when they are given: keys are kept longer than a release.
 */
const FIRST_TERMS = 10;

/**
 * SHA-256 of all that was asked for, independent of the order and spelling of JSON and of how a
 * decimal is written.
 */
export function fingerprintOf(terms: OrderTerms): string {
  const spelled = Object.entries(spelledTerms(terms));
  const first = spelled.slice(0, FIRST_TERMS).map(([, value]) => value);
  return sha256([...first, ...spelled.slice(FIRST_TERMS).filter(([, value]) => value !== null)]);
}

/** As {@link fingerprintOf}, of what is to change of which order. */
export const replacementFingerprint = (orderId: string, terms: ReplaceTerms): string =>
  sha256([orderId, ...REPLACE_NAMES.map((name) => spelledOnce(ORDER_FIELDS[name], terms[name]))]);

const sha256 = (asked: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(asked)).digest('hex');
