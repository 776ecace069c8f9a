import { ApplicationFailure } from '@temporalio/activity';
import { HubError } from '../contracts/errors.ts';
import { classifyFailure } from '../contracts/failure-class.ts';
import type { StepObserver } from '../contracts/ports/step-observer.ts';
import { StepFailed } from '../use-cases/orders/step-failed.ts';

/** Runs activities' bodies; what they throw becomes an ApplicationFailure whose type is the stable code, or the error's name. */
export function createActivityRunner(observer: StepObserver) {
  return async function run<T>(step: string, body: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await body();
      observer.succeeded(step, (performance.now() - startedAt) / 1000);
      return result;
    } catch (error) {
      const failure = toApplicationFailure(error);
      observer.failed(step, failure.type ?? failure.name);
      throw failure;
    }
  };
}

/** The details are the error's facts; of a step of the stretch they are StepFailureFacts as well. */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const known = error instanceof StepFailed ? error.cause : error;
  const cause = known instanceof Error ? known : new Error(String(known));
  const type = cause instanceof HubError ? cause.code : cause.name;
  return ApplicationFailure.create({
    message: cause.message,
    type,
    nonRetryable: classifyFailure(type) === 'FINAL',
    details: [{ ...(cause instanceof HubError && cause.facts), ...(error instanceof StepFailed && error.facts) }],
    cause,
  });
}
