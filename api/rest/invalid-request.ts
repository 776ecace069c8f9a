import type { z } from 'zod';
import { HubError } from '../../contracts/errors.ts';

export interface FieldError {
  /** `symbol`, `symbols.0`; empty for the request as a whole. */
  path: string;
  message: string;
}

/**
 * `VALIDATION_FAILED` with what is wrong where. Messages never repeat the values, which may be
 * secret.
 */
export class InvalidRequest extends HubError {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super('VALIDATION_FAILED');
    this.errors = errors;
  }
}

const FIELD_ERRORS_MAX = 20;

/** Reads zod's issues; each unknown field is named. */
export function invalidRequestFrom(error: z.core.$ZodError): InvalidRequest {
  const errors = error.issues.flatMap((issue): FieldError[] => {
    const path = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: 'is not a known field',
    }));
  });
  return new InvalidRequest(errors.slice(0, FIELD_ERRORS_MAX));
}

/** Parses a value that did not come through a REST route. Failure: {@link InvalidRequest}. */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidRequestFrom(result.error);
  return result.data;
}
