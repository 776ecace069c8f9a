import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { ERRORS, type HubError } from '../../contracts/errors.ts';
import { ErrorInfoSchema } from '../../proto/gen/hub/v1/error_pb.js';
import { InvalidRequest } from '../invalid-request.ts';
import { OrderRefused } from '../order-refused.ts';
import { REQUEST_ID_HEADER } from '../request-id.ts';

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
  422: Code.FailedPrecondition,
  429: Code.ResourceExhausted,
  500: Code.Internal,
  503: Code.Unavailable,
};

/** The one mapping of errors to Connect, gRPC and gRPC-Web: code, request id and facts come as a `hub.v1.ErrorInfo` detail. */
export function toConnectError(error: HubError, requestId: string): ConnectError {
  const facts = Object.fromEntries(Object.entries(error.facts).map(([name, value]) => [name, String(value)]));
  const orderId = error instanceof OrderRefused ? error.orderId : '';
  const detail = { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { code: error.code, requestId, facts, orderId }) };
  return new ConnectError(messageOf(error), CODES[ERRORS[error.code].status], { [REQUEST_ID_HEADER]: requestId }, [detail], error);
}

function messageOf(error: HubError): string {
  if (!(error instanceof InvalidRequest)) return error.message;
  return `${error.message}: ${error.errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')}`;
}
