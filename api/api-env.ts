import type { HttpBindings } from '@hono/node-server';
import type { Caller } from '../contracts/caller.ts';
import { HubError } from '../contracts/errors.ts';

/** What the middlewares leave for the handlers. Without bindings the app is called in process. */
export interface ApiEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { requestId: string; caller?: Caller };
}

/** Who makes the call. A route that forgot its guard fails here, closed. */
export function callerOf(c: { get(key: 'caller'): Caller | undefined }): Caller {
  const caller = c.get('caller');
  if (!caller) throw new HubError('UNAUTHENTICATED');
  return caller;
}
