import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { classifyFailure, type FailureClass } from '../../contracts/failure-class.ts';

/** How an attempt failed, as far as the next one has to know. */
export interface Failure {
  /** Stable code, or the error's name. */
  code: string;
  class: FailureClass;
  message: string;
  /** What the step tells of itself. */
  facts: Readonly<Record<string, unknown>>;
}

/**
 * A local activity throws the failure itself, a normal one wraps it. An attempt that never answered
 * may have done its work. Rethrows what is no failure of a step: a cancellation, a mistake of ours.
 */
export function readFailure(error: unknown): Failure {
  const cause = error instanceof ActivityFailure && error.cause ? error.cause : error;
  if (cause instanceof TimeoutFailure)
    return { code: 'TIMEOUT', class: 'UNKNOWN_OUTCOME', message: cause.message, facts: {} };
  if (!(cause instanceof ApplicationFailure)) throw error;
  const code = cause.type ?? cause.name;
  const [facts] = (cause.details ?? []) as (Failure['facts'] | undefined)[];
  return {
    code,
    class: cause.nonRetryable ? 'FINAL' : classifyFailure(code),
    message: cause.message,
    facts: facts ?? {},
  };
}
