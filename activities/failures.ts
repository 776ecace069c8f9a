import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { HubError } from '../contracts/errors.ts';
import { classifyFailure, isDecline } from '../contracts/failure-class.ts';
import type { StepObserver } from '../contracts/step-observer.ts';
import { StepFailed } from '../use-cases/orders/execute-order.ts';

/**
 * Runs activities' bodies; what they throw becomes an ApplicationFailure whose type is the stable
 * code, or the error's name.
 */
export function createActivityRunner(observer: StepObserver) {
  return async function run<T>(step: string, body: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await body();
      observer.succeeded(step, (performance.now() - startedAt) / 1000);
      return result;
    } catch (error) {
      const failure = toApplicationFailure(error);
      const code = failure.type ?? failure.name;
      if (isDecline(code)) observer.declined(step, code);
      else observer.failed(step, code);
      throw failure;
    }
  };
}

/**
 * The details are the error's facts; of a step of the stretch they are StepFailureFacts as well.
 */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const known = error instanceof StepFailed ? error.cause : error;
  const cause = known instanceof Error ? known : new Error(String(known));
  const type = cause instanceof HubError ? cause.code : cause.name;
  return ApplicationFailure.create({
    message: cause.message,
    type,
    nonRetryable: classifyFailure(type) === 'FINAL',
    // Neither a warning in the log nor a failure in the SDK's metrics.
    ...(isDecline(type) && { category: ApplicationFailureCategory.BENIGN }),
    details: [
      {
        ...(cause instanceof HubError && cause.facts),
        ...(error instanceof StepFailed && error.facts),
      },
    ],
    cause,
  });
}
