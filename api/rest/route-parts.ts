import { z } from '@hono/zod-openapi';
import { ERRORS, type ErrorCode } from '../../contracts/errors.ts';
import { reason } from './fields.ts';
import {
  IDEMPOTENCY_KEY_HEADER,
  IDEMPOTENCY_KEY_PATTERN,
  REPLAYED_HEADER,
} from './idempotency-key.ts';
import { PROBLEM_CONTENT_TYPE } from './problem.ts';
import { Problem } from './problem-schema.ts';

/**
 * Marks a route as one that needs an access token. The guard itself is put on where the route is
 * registered.
 */
export const BEARER_SECURITY = [{ bearer: [] }];

const SIGNED_IN: ErrorCode[] = [
  'UNAUTHENTICATED',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  'RATE_LIMITED',
];

export const jsonBody = <T extends z.ZodType>(schema: T, required = true) => ({
  body: { required, content: { 'application/json': { schema } } },
});

export const jsonAnswer = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Problem answers for the document, a status each, with the codes that it can carry. */
export function problems(...codes: ErrorCode[]) {
  const answers: Record<
    `${number}`,
    { description: string; content: Record<string, { schema: typeof Problem }> }
  > = {};
  for (const status of new Set(codes.map((code) => ERRORS[code].status))) {
    const ofStatus = codes.filter((code) => ERRORS[code].status === status);
    answers[`${status}`] = {
      description: ofStatus.join(', '),
      content: { [PROBLEM_CONTENT_TYPE]: { schema: Problem } },
    };
  }
  return answers;
}

/** {@link problems} of a route that needs a token. */
export const signedInProblems = (...codes: ErrorCode[]) => problems(...SIGNED_IN, ...codes);

/** {@link problems} of a route for operators. */
export const adminProblems = (...codes: ErrorCode[]) =>
  signedInProblems('FORBIDDEN', ...codes, 'DATABASE_UNAVAILABLE');

/** The body with which an operator interferes. */
export const OperatorReason = z.strictObject({ reason }).openapi('OperatorReason');

/** What can be wrong with a JSON body before its fields are read, and then. */
export const MALFORMED_BODY = [
  'VALIDATION_FAILED',
  'MALFORMED_JSON',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const;

/** The header under which a repeated request is the same request. */
export const idempotencyKey = (description: string) => ({
  name: IDEMPOTENCY_KEY_HEADER,
  in: 'header' as const,
  required: false,
  description,
  schema: { type: 'string' as const, pattern: IDEMPOTENCY_KEY_PATTERN },
});

/** Of the answer to a request that may come with a key. */
export const acceptedHeaders = (location: string) => ({
  Location: { description: location, schema: { type: 'string' as const } },
  [REPLAYED_HEADER]: {
    description: '`true` when this is the first answer given again',
    schema: { type: 'string' as const },
  },
});
