import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { z } from 'zod';
import type { Clock } from '../../contracts/clock.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from '../../contracts/identity/auth.ts';
import { type Caller, ROLES } from '../../contracts/identity/caller.ts';
import { readSecretKey } from './secret-key.ts';
import { rememberVerified } from './verified-tokens.ts';

const ISSUER = 'hub-investments';
const AUDIENCE = 'hub-investments';
const ALGORITHM = 'HS256';

/** As we write them; the database would take none of another form. */
const id = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const Claims = z.object({
  sub: id,
  userId: id,
  username: z.string().min(1),
  accountId: id,
  sid: id,
  roles: z.array(z.enum(ROLES)).min(1),
  exp: z.int(),
});

/**
 * Access tokens as JWT (RFC 7519), HMAC-SHA256 with a secret of at least 32 bytes (RFC 7518, 3.2).
 * Only HS256 is taken, whatever a token's header says. Tokens found valid are remembered until they
 * expire, so that a client's every call but the first costs a look-up.
 */
export function createAccessTokens(secret: string, clock: Clock): AccessTokens {
  const key = readSecretKey(secret);
  return {
    sign(caller) {
      const issuedAt = Math.floor(clock() / 1000);
      const { userId, username, accountId, sessionId, roles } = caller;
      return new SignJWT({ userId, username, accountId, sid: sessionId, roles })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
        .sign(key);
    },
    verify: rememberVerified(clock, async (token, now) => {
      const { exp, userId, username, accountId, sid, roles } = await readClaims(token, key, now);
      return {
        caller: { userId, username, accountId, sessionId: sid, roles } satisfies Caller,
        expiresAtMs: exp * 1000,
      };
    }),
  };
}

async function readClaims(
  token: string,
  key: Uint8Array,
  now: Date,
): Promise<z.infer<typeof Claims>> {
  const { payload } = await jwtVerify(token, key, {
    algorithms: [ALGORITHM],
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['sub', 'iat', 'exp'],
    currentDate: now,
  });
  return Claims.parse(payload);
}
