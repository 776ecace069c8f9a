import type { Interceptor } from '@connectrpc/connect';
import { REQUEST_ID_HEADER } from '../../contracts/work-context.ts';

/**
 * Sends the calling process's token with each of its calls, streams included, and the id of the
 * client's request that the call is made for.
 */
export function signCalls(
  currentToken: () => Promise<string>,
  currentRequestId: () => string | undefined = () => undefined,
): Interceptor {
  return (next) => async (request) => {
    request.header.set('Authorization', `Bearer ${await currentToken()}`);
    const requestId = currentRequestId();
    if (requestId !== undefined) request.header.set(REQUEST_ID_HEADER, requestId);
    return next(request);
  };
}
