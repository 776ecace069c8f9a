import type { Interceptor } from '@connectrpc/connect';
import { REQUEST_ID_HEADER, type WorkContext } from '../contracts/work-context.ts';

/** What is logged for a call carries the id of the client's request that it is made for. */
export const belongToRequest =
  (work: WorkContext): Interceptor =>
  (next) =>
  (request) => {
    const requestId = request.header.get(REQUEST_ID_HEADER);
    return requestId === null ? next(request) : work.run({ requestId }, () => next(request));
  };
