import type { Bound } from '../bind.ts';
import { changePassword } from './change-password.ts';
import { findUsers } from './find-users.ts';
import { login } from './login.ts';
import { getProfile } from './profile.ts';
import { refresh } from './refresh.ts';
import { register } from './register.ts';
import {
  endOtherSessions,
  endOwnSession,
  endSession,
  endSessionsFor,
  listSessions,
  logout,
} from './sessions.ts';
import { unlockUser } from './unlock-user.ts';
import { validateToken } from './validate-token.ts';

/** Who somebody is: registering, passwords, sessions, and what operators do about them. */
export const identityUseCases = {
  register,
  login,
  refresh,
  logout,
  validateToken,
  getProfile,
  changePassword,
  listSessions,
  endSession,
  endOwnSession,
  endOtherSessions,
  endSessionsFor,
  unlockUser,
  findUsers,
};

export type IdentityUseCases = Bound<typeof identityUseCases>;
