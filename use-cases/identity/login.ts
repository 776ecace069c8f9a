import { HubError } from '../../contracts/errors.ts';
import {
  ACCESS_TOKEN_SECONDS,
  type AccessTokens,
  type PasswordHasher,
  type UserStore,
} from '../../contracts/identity/auth.ts';
import type { SessionStore } from '../../contracts/identity/sessions.ts';
import { guardLogin, type LoginGuardDeps } from './login-guard.ts';
import { toCaller } from './profile.ts';
import { issueRefreshToken } from './refresh-token.ts';

export interface LoginDeps extends LoginGuardDeps {
  users: Pick<UserStore, 'findByEmail'>;
  sessions: Pick<SessionStore, 'startSession'>;
  passwords: PasswordHasher;
  accessTokens: AccessTokens;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

/**
 * Opens a session. An unknown user and a wrong password are told apart by nothing: same error, same
 * work (one argon2 verification each). `address`: the network that the caller comes from. Failures:
 * `INVALID_CREDENTIALS`; `RATE_LIMITED` where somebody guesses.
 */
export function login(
  deps: LoginDeps,
  credentials: { email: string; password: string },
  address: string,
): Promise<Tokens> {
  const email = credentials.email.toLowerCase();
  return guardLogin(deps, email, address, () =>
    openSession(deps, { ...credentials, email }, address),
  );
}

async function openSession(
  { users, sessions, passwords, accessTokens, clock }: LoginDeps,
  { email, password }: { email: string; password: string },
  address: string,
): Promise<Tokens> {
  const user = await users.findByEmail(email);
  const matches = await passwords.verify(user?.passwordHash ?? null, password, address);
  if (!user || !matches) throw new HubError('INVALID_CREDENTIALS');

  const { token, record } = issueRefreshToken(clock());
  // A password that was changed meanwhile opens no session.
  const isBegun = await sessions.startSession(
    { userId: user.id, passwordHash: user.passwordHash },
    record,
  );
  if (!isBegun) throw new HubError('INVALID_CREDENTIALS');
  return {
    accessToken: await accessTokens.sign(toCaller(user, record.id)),
    refreshToken: token,
    expiresInSeconds: ACCESS_TOKEN_SECONDS,
  };
}
