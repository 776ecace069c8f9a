import type { ErrorCode } from './errors.ts';

/**
 * FINAL: the request itself is wrong, no retry mends it. TRANSIENT: nothing was done, and it may
 * pass by itself. UNKNOWN_OUTCOME: the other side may have acted; it is asked what happened before
 * anything is sent again.
 */
export type FailureClass = 'FINAL' | 'TRANSIENT' | 'UNKNOWN_OUTCOME';

const FINAL: ReadonlySet<string> = new Set<ErrorCode>([
  'IDEMPOTENCY_KEY_REUSED',
  'CLIENT_ORDER_ID_REUSED',
  'ORDER_NOT_FOUND',
  'ORDER_NOT_REPLACEABLE',
  'NOT_FOUND',
  'VALIDATION_FAILED',
]);

/**
 * Failures that say for certain that nothing was done. A database whose answer was lost is asked
 * again under the business key.
 */
const NOTHING_DONE: ReadonlySet<string> = new Set<
  ErrorCode | 'BrokerUnavailable' | 'BrokerCircuitOpen' | 'ClearingUnavailable'
>([
  'MARKET_DATA_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'TEMPORAL_UNAVAILABLE',
  'ACCEPT_BY_PASSED',
  'BrokerUnavailable',
  'BrokerCircuitOpen',
  'ClearingUnavailable',
]);

/**
 * Mistakes of a customer that only the step itself can see, as when two of his requests race. They
 * are outcomes, no failures of ours.
 */
const DECLINES: ReadonlySet<string> = new Set<Decline>([
  'IDEMPOTENCY_KEY_REUSED',
  'CLIENT_ORDER_ID_REUSED',
  'ORDER_NOT_REPLACEABLE',
]);

export type Decline = Extract<
  ErrorCode,
  'IDEMPOTENCY_KEY_REUSED' | 'CLIENT_ORDER_ID_REUSED' | 'ORDER_NOT_REPLACEABLE'
>;

/**
 * Whether a step declined what a customer asked for. Counted apart: no customer may move an alert
 * by what he sends.
 */
export const isDecline = (code: string): code is Decline => DECLINES.has(code);

/**
 * The one classification of failures: by stable code, or the error's name. What is not known to be
 * harmless is an unknown outcome.
 */
export function classifyFailure(code: string): FailureClass {
  if (FINAL.has(code)) return 'FINAL';
  return NOTHING_DONE.has(code) ? 'TRANSIENT' : 'UNKNOWN_OUTCOME';
}
