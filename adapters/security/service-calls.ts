import type { Interceptor } from '@connectrpc/connect';

/** Sends the calling process's token with each of its calls, streams included. */
export function signCalls(currentToken: () => Promise<string>): Interceptor {
  return (next) => async (request) => {
    request.header.set('Authorization', `Bearer ${await currentToken()}`);
    return next(request);
  };
}
