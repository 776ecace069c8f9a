import { createMiddleware } from 'hono/factory';
import { HubError } from '../contracts/errors.ts';
import type { AccessTokens } from '../contracts/identity/auth.ts';
import { readBearerToken } from '../contracts/identity/bearer-token.ts';
import type { Caller, Role } from '../contracts/identity/caller.ts';
import type { RateLimits } from '../contracts/rate-limits.ts';
import { type ApiEnv, callerOf } from './api-env.ts';
import { assertInTime } from './limits/limit-requests.ts';
import { rateLimited, rateLimitHeaders } from './limits/rate-limit-headers.ts';

/**
 * Reads an `Authorization` header (RFC 6750, 2.1). Failures: `UNAUTHENTICATED`, those of
 * `AccessTokens.verify`.
 */
export type Authenticate = (authorization: string | null | undefined) => Promise<Caller>;

/** The one verifier of both wires. */
export function createAuthenticate(accessTokens: AccessTokens): Authenticate {
  return async (authorization) => accessTokens.verify(readBearerToken(authorization));
}

/** Throws `HubError('FORBIDDEN')`. */
export function assertRole({ roles }: Caller, role: Role): void {
  if (!roles.includes(role)) throw new HubError('FORBIDDEN');
}

/**
 * Guards of a route, to be put before its validation. A user's requests are counted where the user
 * is known.
 */
export function createGuards(authenticate: Authenticate, rateLimits: RateLimits) {
  const signedIn = createMiddleware<ApiEnv>(async (c, next) => {
    const caller = await authenticate(c.req.header('Authorization'));
    c.set('caller', caller);
    const state = await rateLimits.take('requests_per_user', caller.userId);
    for (const [name, value] of Object.entries(rateLimitHeaders('user', state)))
      c.header(name, value);
    if (!state.isAllowed) throw rateLimited(state);
    assertInTime(c);
    await next();
  });
  const hasRole = (role: Role) =>
    createMiddleware<ApiEnv>(async (c, next) => {
      assertRole(callerOf(c), role);
      await next();
    });
  return { authenticate, signedIn, operator: [signedIn, hasRole('OPERATOR')] };
}

export type Guards = ReturnType<typeof createGuards>;
