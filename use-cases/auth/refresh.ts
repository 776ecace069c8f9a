import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokens, type UserStore } from '../../contracts/ports/auth.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { AuthUseCases } from '../use-cases.ts';
import { toCaller } from './profile.ts';
import { hashRefreshToken, issueRefreshToken } from './refresh-token.ts';

/**
 * Spends a refresh token and gives a new pair (RFC 9700, 4.14.2: rotation). A token that comes twice was stolen from
 * one of the two who hold it, so its whole family ends. Failure: `REFRESH_TOKEN_INVALID`.
 */
export function createRefresh(deps: {
  users: UserStore;
  accessTokens: AccessTokens;
  clock: Clock;
  logger: Logger;
}): AuthUseCases['refresh'] {
  return async (refreshToken) => {
    const { token, record } = issueRefreshToken(deps.clock());
    const rotation = await deps.users.rotateToken(hashRefreshToken(refreshToken), record);
    switch (rotation.outcome) {
      case 'ROTATED': {
        const accessToken = await deps.accessTokens.sign(toCaller(rotation.user));
        return { accessToken, refreshToken: token, expiresInSeconds: ACCESS_TOKEN_SECONDS };
      }
      case 'REUSED':
        deps.logger.warn({ userId: rotation.userId }, 'a spent refresh token came again: its family is revoked');
        throw new HubError('REFRESH_TOKEN_INVALID');
      case 'INVALID':
        throw new HubError('REFRESH_TOKEN_INVALID');
      default:
        return assertNever(rotation);
    }
  };
}
