import type {
  FailedAttempt,
  OrderStep,
  Trouble,
} from '../../contracts/orders/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import {
  BOOKING_RETRY_SCHEDULE_MS,
  EXECUTION_RETRY_SCHEDULE_MS,
  QUICK_RETRIES_MS,
} from '../../domain/retry/schedules.ts';
import {
  askAtOnce,
  isFailing,
  nameFailing,
  type Retry,
  type RetryPolicy,
  retryAfter,
} from '../retry/retry.ts';

/**
 * What an order's workflow does that is tried again. EXECUTE is the stretch of accept, place and
 * book.
 */
export type ActionName =
  | 'FIND_DECISION'
  | 'EXECUTE'
  | 'BOOK'
  | 'CANCEL'
  | 'REPLACE'
  | 'EXPIRE'
  | 'SUSPEND'
  | 'RESUME'
  | 'RECORD';

/** The actions of one order that have failed so far. */
export type Retries = Readonly<Partial<Record<ActionName, Retry<OrderStep>>>>;

/** `step`: the one of the stretch that failed; null when that is not known. */
export function withFailure(
  retries: Retries,
  action: ActionName,
  { step, code, atMs }: { step: OrderStep | null; code: string; atMs: number },
): Retries {
  const failed = { step: step ?? stepOf(action), code, atMs };
  const policy = policyOf(action, failed.step);
  return { ...retries, [action]: retryAfter(retries[action] ?? null, failed, policy) };
}

/** The action's last attempt, which failed, for the audit trail. */
export function failedAttempt(
  retries: Retries,
  action: ActionName,
  { atMs, askedBy }: { atMs: number; askedBy: string | null },
): FailedAttempt[] {
  const retry = retries[action];
  // What the open circuit kept back was no attempt.
  if (!retry || isBookkeeping(action) || retry.asked === 'KEPT_BACK') return [];
  const { step, code, failures: attempt, dueAtMs } = retry;
  const nextAttemptAt = instantOf(dueAtMs);
  return [{ step, code, at: new Date(atMs).toISOString(), attempt, nextAttemptAt, askedBy }];
}

const instantOf = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

/** These actions are done, or no longer wanted. */
export function withoutRetries(retries: Retries, actions: readonly ActionName[]): Retries {
  const left = { ...retries };
  for (const action of actions) delete left[action];
  return left;
}

/** An operator asks for the next attempt of all that has failed. */
export const withAllAsked = (retries: Retries, atMs: number): Retries =>
  Object.fromEntries(
    entriesOf(retries).map(([action, retry]) => [
      action,
      askAtOnce(retry, policyOf(action, retry.step), atMs),
    ]),
  );

/** The one that only an operator brings on. */
export const exhaustedOf = (retries: Retries): Retry<OrderStep> | null =>
  ofSteps(retries).find(({ dueAtMs }) => dueAtMs === null) ?? null;

/** What has used up its quick retries; what waits for an operator comes first. */
const failingOf = (
  retries: Retries,
  isMeant: (action: ActionName) => boolean,
): Retry<OrderStep> | null =>
  exhaustedOf(retries) ??
  entriesOf(retries).find(
    ([action, retry]) => isMeant(action) && isFailing(retry, policyOf(action, retry.step)),
  )?.[1] ??
  null;

/** The step that does not get on, for the books; what cannot be written down cannot be there. */
export function troubleOf(retries: Retries): Trouble | null {
  const failing = failingOf(retries, (action) => !isBookkeeping(action));
  if (!failing) return null;
  const { step, code, failures, dueAtMs } = failing;
  return { step, code, attempt: failures, nextAttemptAt: instantOf(dueAtMs) };
}

/**
 * What does not get on, as `StepFailing` names it. `named` is what was said last: it stands until
 * nothing is tried again, so that an operator's retry in vain does not take it away.
 */
export function failingStepOf(retries: Retries, named: string | null): string | null {
  const failing = failingOf(retries, () => true);
  if (failing) return nameFailing(failing.step, failing.code);
  return entriesOf(retries).length > 0 ? named : null;
}

/** Whether a step is between its quick retries: that is mostly over in a moment. */
export const isMending = (retries: Retries): boolean =>
  ofSteps(retries).length > 0 && troubleOf(retries) === null;

/** What is tried again next; one that waits for an operator counts as last. */
export const soonestOf = (retries: Retries): Retry<OrderStep> | null =>
  ofSteps(retries).sort(
    (a, b) => (a.dueAtMs ?? Number.MAX_VALUE) - (b.dueAtMs ?? Number.MAX_VALUE),
  )[0] ?? null;

/** Those that people wait for: not the bookkeeping of the wait itself. */
const ofSteps = (retries: Retries): Retry<OrderStep>[] =>
  entriesOf(retries).flatMap(([action, retry]) => (isBookkeeping(action) ? [] : [retry]));

const entriesOf = (retries: Retries) => Object.entries(retries) as [ActionName, Retry<OrderStep>][];

/** That an operator has been called must be written some time: this is tried without an end. */
const policyOf = (action: ActionName, step: OrderStep): RetryPolicy => ({
  waitsMs: [
    ...QUICK_RETRIES_MS,
    ...(step === 'BOOK' || step === 'ACCEPT'
      ? BOOKING_RETRY_SCHEDULE_MS
      : EXECUTION_RETRY_SCHEDULE_MS),
  ],
  quickWaits: QUICK_RETRIES_MS.length,
  afterwards: isBookkeeping(action) ? 'LAST_WAIT' : 'OPERATOR_THEN_ANEW',
});

export const isBookkeeping = (action: ActionName): boolean =>
  action === 'SUSPEND' || action === 'RESUME' || action === 'RECORD';

function stepOf(action: ActionName): OrderStep {
  switch (action) {
    case 'FIND_DECISION':
      return 'ACCEPT';
    case 'EXECUTE':
      return 'PLACE';
    case 'SUSPEND':
    case 'RESUME':
    case 'RECORD':
      return 'BOOK';
    case 'BOOK':
    case 'CANCEL':
    case 'REPLACE':
    case 'EXPIRE':
      return action;
    default:
      return assertNever(action);
  }
}
