import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokens, type PasswordHasher, type UserStore } from '../../contracts/ports/auth.ts';
import type { AuthUseCases } from '../use-cases.ts';
import { toCaller } from './profile.ts';
import { issueRefreshToken } from './refresh-token.ts';

/**
 * Opens a session. An unknown user and a wrong password are told apart by nothing: same error, same work
 * (one argon2 verification each). Failure: `INVALID_CREDENTIALS`.
 */
export function createLogin(deps: {
  users: UserStore;
  passwords: PasswordHasher;
  accessTokens: AccessTokens;
  clock: Clock;
}): AuthUseCases['login'] {
  return async (email, password) => {
    const user = await deps.users.findByEmail(email.toLowerCase());
    const matches = await deps.passwords.verify(user?.passwordHash ?? null, password);
    if (!user || !matches) throw new HubError('INVALID_CREDENTIALS');

    const { token, record } = issueRefreshToken(deps.clock());
    await deps.users.startTokenFamily(user.id, record);
    return { accessToken: await deps.accessTokens.sign(toCaller(user)), refreshToken: token, expiresInSeconds: ACCESS_TOKEN_SECONDS };
  };
}
