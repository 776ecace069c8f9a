import { ApplicationFailure } from '@temporalio/activity';
import { type ErrorCode, HubError } from '../contracts/errors.ts';
import type { StepObserver } from '../contracts/ports/step-observer.ts';

/** What no retry mends: the request itself is wrong. All else may pass by itself and is tried again. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'IDEMPOTENCY_KEY_REUSED',
  'CLIENT_ORDER_ID_REUSED',
  'ORDER_NOT_FOUND',
  'NOT_FOUND',
  'VALIDATION_FAILED',
]);

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

export function toApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof HubError) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.code,
      nonRetryable: FINAL.has(error.code),
      details: [error.facts],
      cause: error,
    });
  }
  const known = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({ message: known.message, type: known.name, cause: known });
}
