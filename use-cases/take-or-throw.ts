import { type ErrorCode, HubError } from '../contracts/errors.ts';
import type { LimitName, RateLimits } from '../contracts/rate-limits.ts';

/**
 * Takes a point of a limit; with none left it throws `code`, which says when there is one again.
 */
export async function takeOrThrow(
  limits: Pick<RateLimits, 'take'>,
  name: LimitName,
  key: string,
  code: ErrorCode,
): Promise<void> {
  const { isAllowed, resetSeconds } = await limits.take(name, key);
  if (!isAllowed) throw new HubError(code, { retryAfterSeconds: resetSeconds });
}
