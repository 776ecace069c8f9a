import type { AccessTokens } from '../../contracts/identity/auth.ts';
import type { LiveSessions } from '../../contracts/identity/revoked-sessions.ts';

/** Access tokens that hold no longer than their session: whoever is let in by them asks here. */
export function createRevocableTokens(
  accessTokens: AccessTokens,
  sessions: LiveSessions,
): AccessTokens {
  return {
    sign: (caller) => accessTokens.sign(caller),
    async verify(token) {
      const caller = await accessTokens.verify(token);
      await sessions.assertLive(caller.sessionId);
      return caller;
    },
  };
}
