import type { HttpBindings } from '@hono/node-server';
import { HubError } from '../contracts/errors.ts';
import type { Caller } from '../contracts/identity/caller.ts';

/** What the middlewares leave for the handlers. Without bindings the app is called in process. */
export interface ApiEnv {
  Bindings: Partial<HttpBindings> & { incoming?: { rawBody?: Buffer } };
  Variables: {
    requestId: string;
    clientAddress: string;
    caller?: Caller;
    /** The request has been answered with REQUEST_TIMEOUT. */
    isTimeUp?: boolean;
    /** Why the body could not be read. */
    bodyFault?: unknown;
  };
}

/** Who makes the call. A route that forgot its guard fails here, closed. */
export function callerOf(c: { get(key: 'caller'): Caller | undefined }): Caller {
  const caller = c.get('caller');
  if (!caller) throw new HubError('UNAUTHENTICATED');
  return caller;
}
