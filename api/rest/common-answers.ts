import { ERRORS, type ErrorCode } from '../../contracts/errors.ts';

/** With which any call may be answered, whatever it does. */
const OF_ANY_CALL: readonly ErrorCode[] = [
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'REQUEST_TIMEOUT',
  'RATE_LIMITED',
  'INTERNAL',
];
/** Before a body is read, and while it is. */
const OF_A_BODY: readonly ErrorCode[] = [
  'VALIDATION_FAILED',
  'MALFORMED_JSON',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
const OF_A_HEADER: readonly ErrorCode[] = ['VALIDATION_FAILED'];
/** While what knows who is signed in is away. */
const OF_A_TOKEN: readonly ErrorCode[] = ['DATABASE_UNAVAILABLE'];

interface Operation {
  requestBody?: unknown;
  parameters?: { in?: string }[];
  security?: unknown[];
  responses?: Record<string, { description?: string }>;
}

/**
 * Adds to each operation the answers that the edge gives before and around every handler: they are
 * decided in one place, not by route. `problem` is what all of them carry.
 */
export function addCommonAnswers(paths: Readonly<Record<string, object>>, problem: object): void {
  const operations = Object.values(paths).flatMap((item) => Object.values(item) as Operation[]);
  for (const { responses, ...operation } of operations) {
    if (responses === undefined) continue;
    for (const code of codesOf(operation)) {
      const { status } = ERRORS[code];
      const named = responses[status]?.description?.split(', ') ?? [];
      responses[status] = {
        ...problem,
        ...responses[status],
        description: [...new Set([...named, code])].join(', '),
      };
    }
    for (const code of OF_ANY_CALL) {
      const { status, title } = ERRORS[code];
      responses[status] ??= { ...problem, description: title };
    }
  }
}

const codesOf = ({ requestBody, parameters = [], security }: Operation): ErrorCode[] => [
  ...(requestBody === undefined ? [] : OF_A_BODY),
  ...(parameters.some((parameter) => parameter.in === 'header') ? OF_A_HEADER : []),
  ...(security === undefined ? [] : OF_A_TOKEN),
];
