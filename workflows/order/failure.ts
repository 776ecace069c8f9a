import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { classifyFailure, type FailureClass } from '../../contracts/failure-class.ts';
import type { OrderProgress, OrderStep, StepFailureFacts } from '../../contracts/workflow-messages.ts';

/** How an attempt failed, as far as the next one has to know. */
export interface AttemptFailure {
  /** Stable code, or the error's name. */
  code: string;
  class: FailureClass;
  /** The step of the stretch that failed; null when that is not known. */
  step: OrderStep | null;
  /** Where the order stood then; null when that is not known. */
  progress: OrderProgress | null;
}

/** A local activity throws the failure itself, a normal one wraps it. An attempt that never answered may have done its work. */
export function failureOf(error: unknown): AttemptFailure {
  const cause = error instanceof ActivityFailure && error.cause ? error.cause : error;
  if (cause instanceof TimeoutFailure) return { code: 'TIMEOUT', class: 'UNKNOWN_OUTCOME', step: null, progress: null };
  if (!(cause instanceof ApplicationFailure)) throw error;
  const code = cause.type ?? cause.name;
  const [facts] = (cause.details ?? []) as (Partial<StepFailureFacts> | undefined)[];
  const failureClass = cause.nonRetryable ? 'FINAL' : classifyFailure(code);
  return { code, class: failureClass, step: facts?.step ?? null, progress: facts?.progress ?? null };
}
