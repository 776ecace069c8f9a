import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from '../../contracts/identity/auth.ts';
import type { RevokedSessions } from '../../contracts/identity/revoked-sessions.ts';
import type { SessionStore } from '../../contracts/identity/sessions.ts';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { takeOrThrow } from '../take-or-throw.ts';
import type { Tokens } from './login.ts';
import { toCaller } from './profile.ts';
import { hashRefreshToken, issueRefreshToken } from './refresh-token.ts';

export interface RefreshDeps {
  sessions: Pick<SessionStore, 'rotateToken'>;
  revoked: Pick<RevokedSessions, 'announce'>;
  accessTokens: AccessTokens;
  rateLimits: Pick<RateLimits, 'take' | 'giveBack'>;
  clock: Clock;
  logger: Logger;
}

/**
 * Spends a refresh token and gives a new pair (RFC 9700, 4.14.2: rotation). A token that comes
 * twice was stolen from one of the two who hold it, so the whole session ends. Failures:
 * `REFRESH_TOKEN_INVALID`; `RATE_LIMITED`: too many failed from the same network.
 */
export async function refresh(
  deps: RefreshDeps,
  refreshToken: string,
  address: string,
): Promise<Tokens> {
  await takeOrThrow(deps.rateLimits, 'failed_refreshes_per_address', address, 'RATE_LIMITED');
  const { token, record } = issueRefreshToken(deps.clock());
  const giveBack = () => deps.rateLimits.giveBack('failed_refreshes_per_address', address);
  const rotation = await deps.sessions
    .rotateToken(hashRefreshToken(refreshToken), record)
    .catch(async (error: unknown) => {
      await giveBack();
      throw error;
    });
  switch (rotation.outcome) {
    case 'ROTATED': {
      await giveBack();
      const accessToken = await deps.accessTokens.sign(toCaller(rotation.user, rotation.sessionId));
      return { accessToken, refreshToken: token, expiresInSeconds: ACCESS_TOKEN_SECONDS };
    }
    case 'REUSED':
      deps.logger.warn(
        { userId: rotation.userId, sessionId: rotation.sessionId, address },
        'a spent refresh token came again: its session is ended',
      );
      await deps.revoked.announce([rotation.sessionId]);
      throw new HubError('REFRESH_TOKEN_INVALID');
    case 'INVALID':
      throw new HubError('REFRESH_TOKEN_INVALID');
    default:
      return assertNever(rotation);
  }
}
