import { HubError } from '../../contracts/errors.ts';
import type { AccessTokens } from '../../contracts/identity/auth.ts';
import type { Caller } from '../../contracts/identity/caller.ts';

const BAD_TOKEN = ['TOKEN_EXPIRED', 'TOKEN_INVALID', 'TOKEN_REVOKED'] as const;

export type TokenValidation =
  | { valid: true; caller: Caller }
  | { valid: false; code: (typeof BAD_TOKEN)[number] };

/** Whether an access token holds, and whose it is. A bad token is an answer, not an error. */
export async function validateToken(
  { accessTokens }: { accessTokens: Pick<AccessTokens, 'verify'> },
  token: string,
): Promise<TokenValidation> {
  try {
    return { valid: true, caller: await accessTokens.verify(token) };
  } catch (error) {
    const code = error instanceof HubError && BAD_TOKEN.find((bad) => bad === error.code);
    if (code) return { valid: false, code };
    throw error;
  }
}
