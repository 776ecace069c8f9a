import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { ERRORS, type ErrorCode, HubError } from '../../contracts/errors.ts';
import { OrderRejected } from '../orders/order-rejected.ts';
import { type FieldError, InvalidRequest, invalidRequestFrom } from './invalid-request.ts';

/** RFC 9457 problem details. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ErrorCode;
  requestId?: string;
  errors?: readonly FieldError[];
  facts?: Readonly<Record<string, unknown>>;
  orderId?: string;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

const RETRY_AFTER_SECONDS = '1';

/**
 * Any thrown value as an error with a code. What is not known is `INTERNAL` with the value as its
 * cause.
 */
export function toHubError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof z.core.$ZodError) return invalidRequestFrom(error);
  if (error instanceof HTTPException && error.status === 415)
    return new HubError('UNSUPPORTED_MEDIA_TYPE');
  if (error instanceof HTTPException && error.status === 400) return new HubError('MALFORMED_JSON');
  return new HubError('INTERNAL', {}, { cause: error });
}

/**
 * The one mapping of errors to REST. The answer of a rejected order holds nothing of the request it
 * answers, so that a replay is the same to the byte.
 */
export function toProblem(error: HubError, request: { path: string; requestId: string }): Problem {
  const { status, title } = ERRORS[error.code];
  const rejected = error instanceof OrderRejected;
  return {
    type: `urn:hub:error:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: error.message,
    instance: rejected ? `/v1/orders/${error.orderId}` : request.path,
    code: error.code,
    ...(rejected ? { orderId: error.orderId } : { requestId: request.requestId }),
    ...errorsOf(error),
    ...(Object.keys(error.facts).length > 0 ? { facts: error.facts } : {}),
  };
}

/** A use-case that finds a field wrong (a cursor, say) names it in its facts. */
function errorsOf(error: HubError): Pick<Problem, 'errors'> {
  if (error instanceof InvalidRequest) return { errors: error.errors };
  const { code, facts, message } = error;
  return code === 'VALIDATION_FAILED' && typeof facts.field === 'string'
    ? { errors: [{ path: facts.field, message }] }
    : {};
}

/** Headers that the status asks for (RFC 9110: 11.6.1, 10.2.3; RFC 6750, 3). */
export function problemHeaders({ code, status, facts }: Problem): Record<string, string> {
  if (status === 401) {
    return {
      'WWW-Authenticate': code.startsWith('TOKEN_') ? 'Bearer error="invalid_token"' : 'Bearer',
    };
  }
  if (status === 503 || status === 429) return { 'Retry-After': retryAfter(facts) };
  return {};
}

/** Where the error knows when it is worth another try, it says so in its facts. */
export const retryAfter = (facts: Problem['facts']): string =>
  String(facts?.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
