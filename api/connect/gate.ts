import { ConnectError, type HandlerContext } from '@connectrpc/connect';
import type { LimitState, RateLimits } from '../../contracts/rate-limits.ts';
import { REQUEST_ID_HEADER } from '../../contracts/work-context.ts';
import { AuthService } from '../../proto/gen/hub/v1/identity_pb.js';
import type { Authenticate } from '../auth.ts';
import { rateLimited, rateLimitHeaders } from '../limits/rate-limit-headers.ts';
import { InvalidRequest } from '../rest/invalid-request.ts';
import { toHubError } from '../rest/problem.ts';
import { requestIdFrom } from '../rest/request-id.ts';
import { CALLER, CAME_AT, CLIENT_ADDRESS, HEAD_FAULTS, REQUEST_ID } from './call-context.ts';
import { assertNotOver } from './call-end.ts';
import { completeError, toConnectError } from './connect-error.ts';
import type { ObserveCall } from './observe-call.ts';

export interface GateDependencies {
  authenticate: Authenticate;
  rateLimits: RateLimits;
  observeCall: ObserveCall;
}

/**
 * Before the message is read: gives each call its id, rejects what could be read in two ways and
 * what has no time left, counts it, and lets only AuthService through without a token. What fails
 * while the message is read never comes to a handler: that is observed from here too.
 */
export function createGate({
  authenticate,
  rateLimits,
  observeCall,
}: GateDependencies): (context: HandlerContext) => Promise<void> {
  return async (context) => {
    const { requestHeader, responseHeader, service, signal, values } = context;
    const requestId = requestIdFrom(requestHeader.get(REQUEST_ID_HEADER));
    values.set(REQUEST_ID, requestId);
    values.set(CAME_AT, performance.now());
    responseHeader.set(REQUEST_ID_HEADER, requestId);
    const observeEnd = () => {
      // Connect aborts a call's signal with the error before it writes the answer, and with another
      // reason when all went well.
      if (signal.reason instanceof ConnectError)
        observeCall({ ...context, error: completeError(signal.reason, requestId) });
    };
    signal.addEventListener('abort', observeEnd, { once: true });
    const admit = (policy: 'address' | 'user', state: LimitState) => {
      for (const [name, value] of Object.entries(rateLimitHeaders(policy, state)))
        responseHeader.set(name, value);
      if (!state.isAllowed) throw rateLimited(state);
    };
    try {
      assertNotOver(signal);
      admit('address', await rateLimits.take('requests_per_address', values.get(CLIENT_ADDRESS)));
      const faults = values.get(HEAD_FAULTS);
      if (faults.length > 0) throw new InvalidRequest(faults);
      if (service.typeName === AuthService.typeName) return;
      const caller = await authenticate(requestHeader.get('Authorization'));
      values.set(CALLER, caller);
      admit('user', await rateLimits.take('requests_per_user', caller.userId));
    } catch (thrown) {
      const error =
        thrown instanceof ConnectError
          ? completeError(thrown, requestId)
          : toConnectError(toHubError(thrown), requestId);
      observeCall({ ...context, error });
      throw error;
    }
  };
}
