import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { Caller } from '../../contracts/caller.ts';
import { HubError } from '../../contracts/errors.ts';

/** The id of the call, made at the gate. */
export const REQUEST_ID = createContextKey('', { description: 'request id' });

/** Who makes the call; set at the gate for every service but AuthService. */
export const CALLER = createContextKey<Caller | undefined>(undefined, { description: 'caller' });

/** Who makes the call. A service that the gate let through without a token fails here, closed. */
export function callerOf(context: HandlerContext): Caller {
  const caller = context.values.get(CALLER);
  if (!caller) throw new HubError('UNAUTHENTICATED');
  return caller;
}
