import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { REFRESH_TOKEN_DAYS } from '../../contracts/identity/auth.ts';
import type { NewRefreshToken } from '../../contracts/identity/sessions.ts';

const TOKEN_BYTES = 32;
const DAY_MS = 86_400_000;

/**
 * SHA-256 in hex. A fast hash suffices: the token has 256 bits of chance, so there is nothing to
 * guess.
 */
export const hashRefreshToken = (token: string): string =>
  createHash('sha256').update(token).digest('hex');

/** A new opaque token for the client, and what is kept of it. */
export function issueRefreshToken(nowMs: number): { token: string; record: NewRefreshToken } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const expiresAt = new Date(nowMs + REFRESH_TOKEN_DAYS * DAY_MS);
  return {
    token,
    record: {
      id: randomUUID(),
      hash: hashRefreshToken(token),
      issuedAt: new Date(nowMs),
      expiresAt,
    },
  };
}
