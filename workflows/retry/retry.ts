import type { RetryWait } from '../../contracts/orders/workflow-messages.ts';
import { CIRCUIT_OPEN_MS } from '../../domain/retry/circuit.ts';
import { nextRetry } from '../../domain/retry/schedules.ts';

/** How often and when something that failed is tried again. */
export interface RetryPolicy {
  waitsMs: readonly number[];
  /** So many of the waits, the first ones, are quick: most troubles are over by then. */
  quickWaits: number;
  /**
   * What follows the last wait. LAST_WAIT: that one again, without an end. Else an operator: his
   * retry in vain begins the waits anew (OPERATOR_THEN_ANEW), or he is called again.
   */
  afterwards: 'LAST_WAIT' | 'OPERATOR_THEN_ANEW' | 'OPERATOR_AGAIN';
}

/**
 * Something that has failed and is tried again. Plain JSON.
 *
 * `asked` tells of an operator's retry: NEXT, the next attempt is the one that he asked for;
 * UNDER_WAY, it is the one that runs; KEPT_BACK, that one got no further than the open circuit to
 * the broker, and the next attempt makes up for it.
 */
export interface Retry<Step extends string = string> {
  /** What failed last, as people are told. */
  step: Step;
  code: string;
  failures: number;
  /** Of the next attempt; null when an operator decides. */
  dueAtMs: number | null;
  asked: 'NO' | 'NEXT' | 'UNDER_WAY' | 'KEPT_BACK';
}

interface FailedAttempt<Step extends string> {
  step: Step;
  code: string;
  atMs: number;
}

/** After a failed attempt; `last` is null before the first one. */
export function retryAfter<Step extends string>(
  last: Retry<Step> | null,
  { step, code, atMs }: FailedAttempt<Step>,
  policy: RetryPolicy,
): Retry<Step> {
  const isKeptBack = last?.asked === 'UNDER_WAY' && code === 'BrokerCircuitOpen';
  const failures = (last?.failures ?? 0) + (isKeptBack ? 0 : 1);
  const waitMs = isKeptBack ? CIRCUIT_OPEN_MS : waitAfter(failures, policy);
  const dueAtMs = waitMs === null ? null : atMs + waitMs;
  const asked = isKeptBack ? 'KEPT_BACK' : 'NO';
  const retry: Retry<Step> = { step, code, failures, dueAtMs, asked };
  // Asked for while the attempt that failed was under way: the next one is meant, as after a reset.
  return last?.asked === 'NEXT' ? askAtOnce(retry, policy, atMs) : retry;
}

/** An operator asks for the next attempt at once. */
export const askAtOnce = <Step extends string>(
  retry: Retry<Step>,
  { afterwards }: RetryPolicy,
  atMs: number,
): Retry<Step> => ({
  ...retry,
  failures: retry.dueAtMs === null && afterwards !== 'OPERATOR_AGAIN' ? 0 : retry.failures,
  dueAtMs: atMs,
  asked: 'NEXT',
});

/** An attempt begins; what was asked for until now is asked of it. */
export const beginAttempt = <Step extends string>(retry: Retry<Step>): Retry<Step> => ({
  ...retry,
  asked: retry.asked === 'NEXT' ? 'UNDER_WAY' : 'NO',
});

export const isDue = (retry: Retry | undefined, nowMs: number): boolean =>
  retry === undefined || (retry.dueAtMs !== null && retry.dueAtMs <= nowMs);

export const waitOf = <Step extends string>({
  step,
  code,
  failures,
  dueAtMs,
}: Retry<Step>): RetryWait<Step> => ({
  for: dueAtMs === null ? 'OPERATOR' : 'RETRY',
  step,
  until: dueAtMs === null ? null : new Date(dueAtMs).toISOString(),
  failures,
  lastFailure: code,
});

/** The quick retries are used up: it waits for minutes, for hours or for an operator. */
export const isFailing = ({ failures, dueAtMs }: Retry, { quickWaits }: RetryPolicy): boolean =>
  dueAtMs === null || failures > quickWaits;

/** The value of the search attribute `StepFailing`. */
export const nameFailing = (step: string, code: string): string => `${step} ${code}`;

/** What an operator reads of a wait, in Markdown. */
export const describeWait = ({ for: what, step, until, failures, lastFailure }: RetryWait) => [
  what === 'RETRY'
    ? `- next attempt: ${until}, or at once by the update \`retryNow\``
    : '- **waits for an operator** and the update `retryNow` (docs/RUNBOOK.md, AttentionNeeded)',
  `- ${step} failed ${failures} time(s), last with ${lastFailure}`,
];

/** `null` when an operator is next. */
function waitAfter(failures: number, { waitsMs, afterwards }: RetryPolicy): number | null {
  const counted = afterwards === 'LAST_WAIT' ? Math.min(failures, waitsMs.length) : failures;
  const next = nextRetry(waitsMs, counted);
  return next === 'EXHAUSTED' ? null : next.waitMs;
}
