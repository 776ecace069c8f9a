import type { Clock } from '../../contracts/clock.ts';
import type { UserStore } from '../../contracts/ports/auth.ts';
import type { AuthUseCases } from '../use-cases.ts';
import { hashRefreshToken } from './refresh-token.ts';

/** Ends the session that the refresh token belongs to. An unknown token is no error: the session is over either way. */
export function createLogout(deps: { users: UserStore; clock: Clock }): AuthUseCases['logout'] {
  return (refreshToken) => deps.users.revokeFamily(hashRefreshToken(refreshToken), new Date(deps.clock()));
}
