import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type Caller, ROLES } from '../../contracts/caller.ts';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from '../../contracts/ports/auth.ts';

const ISSUER = 'hub-investments';
const AUDIENCE = 'hub-investments';
const ALGORITHM = 'HS256';
const SECRET_LENGTH_MIN = 32;
/** Longer than any token of ours; what is longer is not looked at. */
const TOKEN_LENGTH_MAX = 4_096;
const VERIFIED_TOKENS_MAX = 10_000;

const Claims = z.object({
  sub: z.string().min(1),
  userId: z.string().min(1),
  username: z.string().min(1),
  accountId: z.string().min(1),
  roles: z.array(z.enum(ROLES)).min(1),
  exp: z.int(),
});

/**
 * Access tokens as JWT (RFC 7519), HMAC-SHA256 with a secret of at least 32 bytes (RFC 7518, 3.2). Only HS256 is taken, whatever
 * a token's header says. Tokens found valid are remembered until they expire, so that a client's every call but the first costs a look-up.
 */
export function createAccessTokens(secret: string, clock: Clock): AccessTokens {
  if (Buffer.byteLength(secret) < SECRET_LENGTH_MIN) throw new RangeError(`the JWT secret needs at least ${SECRET_LENGTH_MIN} bytes`);
  const key = new TextEncoder().encode(secret);
  const verified = new Map<string, { caller: Caller; expiresAtMs: number }>();

  return {
    sign(caller) {
      const issuedAt = Math.floor(clock() / 1000);
      return new SignJWT({ userId: caller.userId, username: caller.username, accountId: caller.accountId, roles: caller.roles })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setSubject(caller.userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
        .sign(key);
    },

    async verify(token) {
      const nowMs = clock();
      const known = verified.get(token);
      if (known) {
        if (nowMs < known.expiresAtMs) return known.caller;
        verified.delete(token);
        throw new HubError('TOKEN_EXPIRED');
      }
      if (token.length > TOKEN_LENGTH_MAX) throw new HubError('TOKEN_INVALID');
      const claims = await readClaims(token, key, new Date(nowMs));
      const caller: Caller = { userId: claims.userId, username: claims.username, accountId: claims.accountId, roles: claims.roles };
      if (verified.size >= VERIFIED_TOKENS_MAX) forgetOldest(verified);
      verified.set(token, { caller, expiresAtMs: claims.exp * 1000 });
      return caller;
    },
  };
}

async function readClaims(token: string, key: Uint8Array, now: Date): Promise<z.infer<typeof Claims>> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: now,
    });
    return Claims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new HubError('TOKEN_EXPIRED', {}, { cause: error });
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw new HubError('TOKEN_INVALID', {}, { cause: error });
    throw error;
  }
}

/** A Map keeps the order of insertion: its first key is the oldest. */
function forgetOldest(verified: Map<string, unknown>): void {
  const oldest = verified.keys().next();
  if (!oldest.done) verified.delete(oldest.value);
}
