import { createMiddleware } from 'hono/factory';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import type { ApiEnv } from '../api-env.ts';
import { type ClientAddressOf, NO_ADDRESS } from './client-address.ts';
import { rateLimited, rateLimitHeaders } from './rate-limit-headers.ts';

/** Asked by whoever watches over the process, as often as he likes. */
const isProbe = (path: string): boolean => path.startsWith('/health/') || path === '/metrics';

/**
 * Notes where a request comes from, and turns it away as `RATE_LIMITED` when too many come from
 * there: before anything is read or checked.
 */
export const limitAddress = ({
  rateLimits,
  clientAddressOf,
}: {
  rateLimits: RateLimits;
  clientAddressOf: ClientAddressOf;
}) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const incoming = c.env?.incoming;
    const address = incoming ? clientAddressOf(incoming) : NO_ADDRESS;
    c.set('clientAddress', address);
    if (isProbe(c.req.path)) return next();
    const state = await rateLimits.take('requests_per_address', address);
    for (const [name, value] of Object.entries(rateLimitHeaders('address', state)))
      c.header(name, value);
    if (!state.isAllowed) throw rateLimited(state);
    return next();
  });
