import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';

/**
 * What is no UTF-8 would become U+FFFD, and two messages one. Keys that come twice Protobuf-ES
 * rejects itself.
 */
export const STRICT_JSON = {
  ignoreUnknownFields: true,
  textDecoder: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
};

/**
 * A call whose deadline has passed, or whose client has gone, before its message was read is not
 * begun.
 */
export const rejectLateCalls: Interceptor = (next) => (request) => {
  const { aborted, reason } = request.signal;
  if (aborted)
    throw reason instanceof ConnectError
      ? reason
      : new ConnectError('the client has gone', Code.Canceled);
  return next(request);
};
