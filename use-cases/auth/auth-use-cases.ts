import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import type { AccessTokens, PasswordHasher, UserStore } from '../../contracts/ports/auth.ts';
import type { AuthUseCases } from '../use-cases.ts';
import { createGetProfile } from './get-profile.ts';
import { createLogin } from './login.ts';
import { createLogout } from './logout.ts';
import { createRefresh } from './refresh.ts';
import { createRegister } from './register.ts';

export interface AuthDependencies {
  users: UserStore;
  passwords: PasswordHasher;
  accessTokens: AccessTokens;
  clock: Clock;
  /** Ids of new users and accounts: UUIDs. */
  newId: () => string;
  logger: Logger;
}

/** Identity: registering, sessions, and who the caller is. */
export const createAuthUseCases = (deps: AuthDependencies): AuthUseCases => ({
  register: createRegister(deps),
  login: createLogin(deps),
  refresh: createRefresh(deps),
  logout: createLogout(deps),
  getProfile: createGetProfile(deps),
});
