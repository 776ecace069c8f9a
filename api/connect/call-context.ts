import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import { NO_ADDRESS } from '../limits/client-address.ts';
import type { FieldError } from '../rest/invalid-request.ts';

/** What was wrong with the request before its body. */
export const HEAD_FAULTS = createContextKey<readonly FieldError[]>([], {
  description: 'faults of the head',
});

/** The id of the call, made at the gate. */
export const REQUEST_ID = createContextKey('', { description: 'request id' });

/** When the call came to the gate, by `performance.now()`. */
export const CAME_AT = createContextKey(0, { description: 'when it came' });

/** Whether the call has been logged and counted as answered. */
export const IS_OBSERVED = createContextKey(false, { description: 'is observed' });

/** Who makes the call; set at the gate for every service but AuthService. */
export const CALLER = createContextKey<Caller | undefined>(undefined, { description: 'caller' });

/** The network that the call comes from; set before the gate. */
export const CLIENT_ADDRESS = createContextKey(NO_ADDRESS, { description: 'client address' });

/** Who makes the call. A service that the gate let through without a token fails here, closed. */
export function callerOf(context: HandlerContext): Caller {
  const caller = context.values.get(CALLER);
  if (!caller) throw new HubError('UNAUTHENTICATED');
  return caller;
}
