import type { Caller } from '../../contracts/caller.ts';
import { HubError } from '../../contracts/errors.ts';
import type { AccessTokens } from '../../contracts/ports/auth.ts';

export type TokenValidation = { valid: true; caller: Caller } | { valid: false; code: 'TOKEN_EXPIRED' | 'TOKEN_INVALID' };

/** Whether an access token holds, and whose it is. A bad token is an answer, not an error. */
export async function validateToken(accessTokens: AccessTokens, token: string): Promise<TokenValidation> {
  try {
    return { valid: true, caller: await accessTokens.verify(token) };
  } catch (error) {
    if (error instanceof HubError && (error.code === 'TOKEN_EXPIRED' || error.code === 'TOKEN_INVALID')) {
      return { valid: false, code: error.code };
    }
    throw error;
  }
}
