import { createMiddleware } from 'hono/factory';
import type { Caller, Role } from '../contracts/caller.ts';
import { HubError } from '../contracts/errors.ts';
import type { AccessTokens } from '../contracts/ports/auth.ts';
import { type ApiEnv, callerOf } from './api-env.ts';

const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

/** Reads an `Authorization` header (RFC 6750, 2.1). Failures: `UNAUTHENTICATED`, `TOKEN_INVALID`, `TOKEN_EXPIRED`. */
export type Authenticate = (authorization: string | null | undefined) => Promise<Caller>;

/** The one verifier of both wires. */
export function createAuthenticate(accessTokens: AccessTokens): Authenticate {
  return async (authorization) => {
    if (!authorization) throw new HubError('UNAUTHENTICATED');
    const token = BEARER.exec(authorization)?.[1];
    if (!token) throw new HubError('TOKEN_INVALID');
    return accessTokens.verify(token);
  };
}

/** Guards of a route, to be put before its validation. */
export function createGuards(authenticate: Authenticate) {
  const signedIn = createMiddleware<ApiEnv>(async (c, next) => {
    c.set('caller', await authenticate(c.req.header('Authorization')));
    await next();
  });
  const hasRole = (role: Role) =>
    createMiddleware<ApiEnv>(async (c, next) => {
      if (!callerOf(c).roles.includes(role)) throw new HubError('FORBIDDEN');
      await next();
    });
  return { signedIn, operator: [signedIn, hasRole('OPERATOR')] };
}

export type Guards = ReturnType<typeof createGuards>;
