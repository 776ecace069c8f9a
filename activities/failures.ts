import { ApplicationFailure } from '@temporalio/activity';
import { type ErrorCode, HubError } from '../contracts/errors.ts';

/** What no retry mends: the request itself is wrong. All else may pass by itself and is tried again. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'IDEMPOTENCY_KEY_REUSED',
  'CLIENT_ORDER_ID_REUSED',
  'ORDER_NOT_FOUND',
  'NOT_FOUND',
  'VALIDATION_FAILED',
]);

/** Runs an activity's body; what it throws becomes an ApplicationFailure whose type is the stable code, or the error's name. */
export async function asApplicationFailure<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw toApplicationFailure(error);
  }
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
