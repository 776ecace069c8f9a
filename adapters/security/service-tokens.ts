import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { z } from 'zod';
import type { Clock } from '../../contracts/clock.ts';
import { readSecretKey } from './secret-key.ts';
import { rememberVerified } from './verified-tokens.ts';

const ISSUER = 'hub-investments';
const ALGORITHM = 'HS256';
/** Explicit typing (RFC 8725, 3.11): a person's token never passes for a service's. */
const TYPE = 'service+jwt';
const SERVICE_ROLE = 'SERVICE';
const LIFETIME_SECONDS = 60;
/** The clocks of two machines may differ by so much. */
const RENEWED_BEFORE_END_MS = 20_000;

/**
 * The services that others of our processes call; each has a secret of its own, which it shares
 * with those who call it.
 */
export type CalledService = 'market-data' | 'paper-broker';

interface ServiceTokenOptions {
  /** At least 32 bytes. */
  secret: string;
  /** The service that is called (`aud`). */
  audience: CalledService;
  clock: Clock;
}

/**
 * Tokens with which one of our processes calls another: a JWT of 60 s, role SERVICE, `sub` the
 * process. Returns the current one; it is renewed 20 s before it ends, so that a call costs no
 * signature.
 */
export function createServiceTokenSource(
  service: string,
  { secret, audience, clock }: ServiceTokenOptions,
): () => Promise<string> {
  const key = readSecretKey(secret);
  let current: { token: Promise<string>; renewAtMs: number } | null = null;

  function sign(nowMs: number): Promise<string> {
    const issuedAt = Math.floor(nowMs / 1000);
    return new SignJWT({ role: SERVICE_ROLE })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setSubject(service)
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(key);
  }

  return () => {
    const nowMs = clock();
    if (current === null || nowMs >= current.renewAtMs) {
      current = {
        token: sign(nowMs),
        renewAtMs: nowMs + LIFETIME_SECONDS * 1_000 - RENEWED_BEFORE_END_MS,
      };
    }
    return current.token;
  };
}

const Claims = z
  .object({ sub: z.string().min(1), role: z.literal(SERVICE_ROLE), iat: z.int(), exp: z.int() })
  .refine(
    ({ iat, exp }) => exp - iat <= LIFETIME_SECONDS,
    'a token of a service lives for a minute at most',
  );

/**
 * Reads whose token it is: the name of the calling process. Only HS256 is taken, only of this
 * audience, and none that was made to live longer than 60 s. Failures: `TOKEN_EXPIRED`,
 * `TOKEN_INVALID`.
 */
export function createServiceTokenVerifier({
  secret,
  audience,
  clock,
}: ServiceTokenOptions): (token: string) => Promise<string> {
  const key = readSecretKey(secret);
  return rememberVerified(clock, async (token, now) => {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience,
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: now,
    });
    const { sub, exp } = Claims.parse(payload);
    return { caller: sub, expiresAtMs: exp * 1000 };
  });
}

/** What the token says it is, before anything of it is verified. */
export function isServiceToken(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === TYPE;
  } catch {
    return false;
  }
}
