import * as errors from 'jose/errors';
import { z } from 'zod';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';

/** Longer than any token of ours; what is longer is not looked at. */
const TOKEN_LENGTH_MAX = 4_096;
const VERIFIED_TOKENS_MAX = 10_000;

/** Whom a token that was found valid names, and when it ends. */
export interface Verified<T> {
  caller: T;
  expiresAtMs: number;
}

/**
 * Remembers the tokens that `verify` has found valid until they end, so that every call but a
 * caller's first costs a look-up. Failures: `TOKEN_EXPIRED`, `TOKEN_INVALID`; of `verify`, what
 * jose or zod throws about a token.
 */
export function rememberVerified<T>(
  clock: Clock,
  verify: (token: string, now: Date) => Promise<Verified<T>>,
) {
  const verified = new Map<string, Verified<T>>();

  return async function callerOf(token: string): Promise<T> {
    const nowMs = clock();
    const known = verified.get(token);
    if (known) {
      if (nowMs < known.expiresAtMs) return known.caller;
      verified.delete(token);
      throw new HubError('TOKEN_EXPIRED');
    }
    if (token.length > TOKEN_LENGTH_MAX) throw new HubError('TOKEN_INVALID');
    const found = await verify(token, new Date(nowMs)).catch((error: unknown) => {
      throw rejectionOf(error);
    });
    if (verified.size >= VERIFIED_TOKENS_MAX) forgetOldest(verified);
    verified.set(token, found);
    return found.caller;
  };
}

function rejectionOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return new HubError('TOKEN_EXPIRED', {}, { cause: error });
  if (error instanceof errors.JOSEError || error instanceof z.ZodError)
    return new HubError('TOKEN_INVALID', {}, { cause: error });
  return error;
}

/** A Map keeps the order of insertion: its first key is the oldest. */
function forgetOldest(verified: Map<string, unknown>): void {
  const oldest = verified.keys().next();
  if (!oldest.done) verified.delete(oldest.value);
}
