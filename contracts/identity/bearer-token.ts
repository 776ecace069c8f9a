import { HubError } from '../errors.ts';

const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

/**
 * The token of an `Authorization` header (RFC 6750, 2.1). Failures: `UNAUTHENTICATED` without one,
 * `TOKEN_INVALID` for another scheme.
 */
export function readBearerToken(authorization: string | null | undefined): string {
  if (!authorization) throw new HubError('UNAUTHENTICATED');
  const token = BEARER.exec(authorization)?.[1];
  if (!token) throw new HubError('TOKEN_INVALID');
  return token;
}
