import { REJECTIONS, type RejectCode } from '../domain/risk/rejection.ts';

/**
 * Codes with which an order itself can be rejected: they are outcomes, kept on the order as
 * `rejectCode`.
 */
export type { RejectCode };

/**
 * Every error code that leaves the system, with the one HTTP status it has.
 * The code is stable; the title may be reworded.
 */
export const ERRORS = {
  VALIDATION_FAILED: { status: 400, title: 'The request is not well formed' },
  MALFORMED_JSON: { status: 400, title: 'The body is not JSON' },
  UNAUTHENTICATED: { status: 401, title: 'A bearer token is needed' },
  TOKEN_INVALID: { status: 401, title: 'The token is not valid' },
  TOKEN_EXPIRED: { status: 401, title: 'The token has expired' },
  TOKEN_REVOKED: { status: 401, title: 'The session of the token has ended' },
  INVALID_CREDENTIALS: { status: 401, title: 'E-mail or password is wrong' },
  REFRESH_TOKEN_INVALID: { status: 401, title: 'The refresh token is not valid' },
  FORBIDDEN: { status: 403, title: 'The role does not allow this' },
  NOT_FOUND: { status: 404, title: 'There is no such resource' },
  USER_NOT_FOUND: { status: 404, title: 'There is no such user' },
  SESSION_NOT_FOUND: { status: 404, title: 'There is no such session' },
  ORDER_NOT_FOUND: { status: 404, title: 'There is no such order' },
  BREAK_NOT_FOUND: { status: 404, title: 'There is no such break' },
  TRADING_SESSION_NOT_FOUND: {
    status: 404,
    title: 'The instrument has no session of its own on that date',
  },
  BULK_OPERATION_NOT_FOUND: { status: 404, title: 'There is no such bulk operation' },
  EXECUTION_NOT_FOUND: {
    status: 404,
    title: 'There is no such execution that is yet to be booked',
  },
  SETTLEMENT_NOT_FOUND: { status: 404, title: 'There is no such settlement under repair' },
  POSITION_NOT_FOUND: { status: 404, title: 'There is no such position' },
  INSTRUMENT_NOT_FOUND: { status: 404, title: 'There is no such instrument' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long' },
  EMAIL_TAKEN: { status: 409, title: 'The e-mail is registered already' },
  ORDER_NOT_CANCELABLE: { status: 409, title: 'The order can no longer be canceled' },
  ORDER_NOT_REPLACEABLE: { status: 409, title: 'The order cannot be replaced now' },
  ORDER_NOT_DECIDED: { status: 409, title: 'Nobody has decided on the order yet' },
  ORDER_NOT_WAITING: { status: 409, title: 'The order does not wait for a retry or an operator' },
  EXECUTION_NOT_WAITING: {
    status: 409,
    title: 'The execution does not wait for a retry or an operator',
  },
  SETTLEMENT_NOT_WAITING: {
    status: 409,
    title: 'The settlement does not wait for a retry or an operator',
  },
  BREAK_ALREADY_RESOLVED: { status: 409, title: 'The break has been resolved' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body must be application/json' },
  PASSWORD_TOO_WEAK: { status: 422, title: 'The password is too easy to guess' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The head of the request is too large' },
  ...orderRejections(),
  INSUFFICIENT_WITHDRAWABLE_CASH: {
    status: 422,
    title: 'The settled cash that is free does not suffice',
  },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The key was used with another request' },
  CLIENT_ORDER_ID_REUSED: { status: 422, title: 'The client order id was used for another order' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  ORDER_RATE: {
    status: 429,
    title: 'The account sends more orders, replaces and cancels than it may',
  },
  INTERNAL: { status: 500, title: 'Something went wrong on our side' },
  MARKET_DATA_UNAVAILABLE: { status: 503, title: 'No market data can be had now' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database cannot be reached now' },
  TEMPORAL_UNAVAILABLE: { status: 503, title: 'The order engine cannot be reached now' },
  ACCEPT_BY_PASSED: {
    status: 503,
    title: 'The order could not be decided in time; nothing was placed',
  },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

function orderRejections() {
  const errors = Object.entries(REJECTIONS).map(([code, title]) => [code, { status: 422, title }]);
  return Object.fromEntries(errors) as Record<RejectCode, { status: 422; title: string }>;
}

/** An error with a stable code, made where the reason is known and mapped once per surface. */
export class HubError extends Error {
  readonly code: ErrorCode;
  /**
   * Facts for the reader: `{ required: '2057.50', available: '100.00' }`. Never personal data or
   * secrets.
   */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    facts: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions & { detail?: string },
  ) {
    super(options?.detail ?? ERRORS[code].title, options);
    this.name = 'HubError';
    this.code = code;
    this.facts = facts;
  }
}
