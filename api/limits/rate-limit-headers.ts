import { HubError } from '../../contracts/errors.ts';
import type { LimitState } from '../../contracts/rate-limits.ts';

/**
 * How a general limit stands: the IETF's `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers, as from its eighth version on), and the older
 * `X-RateLimit-*` with the reset as seconds since 1970.
 */
export function rateLimitHeaders(
  policy: 'address' | 'user',
  state: LimitState,
  nowMs = Date.now(),
): Record<string, string> {
  const { rule, remaining, resetSeconds } = state;
  return {
    'RateLimit-Policy': `"${policy}";q=${rule.points};w=${rule.windowSeconds}`,
    RateLimit: `"${policy}";r=${remaining};t=${resetSeconds}`,
    'X-RateLimit-Limit': String(rule.points),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.floor(nowMs / 1000) + resetSeconds),
  };
}

export const rateLimited = ({ resetSeconds }: LimitState): HubError =>
  new HubError('RATE_LIMITED', { retryAfterSeconds: resetSeconds });
