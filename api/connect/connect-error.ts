import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { ERRORS, type ErrorCode, HubError } from '../../contracts/errors.ts';
import { ErrorInfoSchema } from '../../proto/gen/hub/v1/error_pb.js';
import { OrderRejected } from '../orders/order-rejected.ts';
import { InvalidRequest } from '../rest/invalid-request.ts';
import { retryAfter } from '../rest/problem.ts';

type Status = (typeof ERRORS)[keyof typeof ERRORS]['status'];

/** One code for each HTTP status that our errors have (after google.rpc.Code's own mapping). */
const CODES: Readonly<Record<Status, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  405: Code.Unimplemented,
  408: Code.DeadlineExceeded,
  409: Code.FailedPrecondition,
  413: Code.ResourceExhausted,
  415: Code.InvalidArgument,
  431: Code.ResourceExhausted,
  422: Code.FailedPrecondition,
  429: Code.ResourceExhausted,
  500: Code.Internal,
  503: Code.Unavailable,
};

/**
 * The one mapping of errors to Connect, gRPC and gRPC-Web: code, request id and facts come as a
 * `hub.v1.ErrorInfo` detail. The header with the id is the gate's.
 */
export function toConnectError(error: HubError, requestId: string): ConnectError {
  const facts = Object.fromEntries(
    Object.entries(error.facts).map(([name, value]) => [name, String(value)]),
  );
  const orderId = error instanceof OrderRejected ? error.orderId : '';
  const detail = {
    desc: ErrorInfoSchema,
    value: create(ErrorInfoSchema, { code: error.code, requestId, facts, orderId }),
  };
  const { status } = ERRORS[error.code];
  const headers =
    status === 429 || status === 503 ? { 'Retry-After': retryAfter(error.facts) } : undefined;
  return new ConnectError(messageOf(error), CODES[status], headers, [detail], error);
}

/** Stable codes of the failures of Connect itself, which happen while a message is read. */
const OWN_CODES: Readonly<Partial<Record<Code, ErrorCode>>> = {
  [Code.InvalidArgument]: 'VALIDATION_FAILED',
  [Code.ResourceExhausted]: 'BODY_TOO_LARGE',
  [Code.DeadlineExceeded]: 'REQUEST_TIMEOUT',
  [Code.Unimplemented]: 'UNSUPPORTED_MEDIA_TYPE',
  [Code.Internal]: 'INTERNAL',
};

/**
 * Gives an error that Connect made itself the detail that every error of ours has; it is the same
 * error.
 */
export function completeError(error: ConnectError, requestId: string): ConnectError {
  const code = error.cause instanceof HubError ? error.cause.code : OWN_CODES[error.code];
  const isComplete = error.details.some(
    (detail) => 'desc' in detail && detail.desc.typeName === ErrorInfoSchema.typeName,
  );
  if (code !== undefined && !isComplete)
    error.details.push({ desc: ErrorInfoSchema, value: { code, requestId } });
  return error;
}

function messageOf(error: HubError): string {
  if (!(error instanceof InvalidRequest)) return error.message;
  return `${error.message}: ${error.errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')}`;
}
