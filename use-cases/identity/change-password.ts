import { HubError } from '../../contracts/errors.ts';
import type { PasswordHasher, UserStore } from '../../contracts/identity/auth.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { RevokedSessions } from '../../contracts/identity/revoked-sessions.ts';
import type { SessionStore } from '../../contracts/identity/sessions.ts';
import { guardLogin, type LoginGuardDeps } from './login-guard.ts';
import { demandGoodPassword, type PasswordRuleDeps } from './password-rule.ts';

export interface ChangePasswordDeps extends LoginGuardDeps, PasswordRuleDeps {
  users: Pick<UserStore, 'findById'>;
  sessions: Pick<SessionStore, 'changePassword'>;
  passwords: PasswordHasher;
  revoked: Pick<RevokedSessions, 'announce'>;
}

/**
 * Puts a new password in the place of the caller's, and ends all its sessions but this one.
 * `address`: the network that the caller comes from. Failures: `INVALID_CREDENTIALS` for a wrong
 * current password, which counts as a failed login; `RATE_LIMITED` where somebody guesses;
 * `PASSWORD_TOO_WEAK`; `TOKEN_INVALID` when the user is gone.
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  caller: Caller,
  change: { currentPassword: string; newPassword: string },
  address: string,
): Promise<void> {
  const { currentPassword, newPassword } = change;
  const user = await deps.users.findById(caller.userId);
  if (!user) throw new HubError('TOKEN_INVALID');
  await guardLogin(deps, user.email, address, async () => {
    const matches = await deps.passwords.verify(user.passwordHash, currentPassword, address);
    if (!matches) throw new HubError('INVALID_CREDENTIALS');
  });
  demandGoodPassword(deps, newPassword, user.email);
  const ended = await deps.sessions.changePassword({
    userId: user.id,
    from: user.passwordHash,
    to: await deps.passwords.hash(newPassword, address),
    keptSessionId: caller.sessionId,
  });
  // Somebody else changed it since it was verified: what was sent as current is current no longer.
  if (!ended) throw new HubError('INVALID_CREDENTIALS');
  deps.logger.info({ userId: user.id, endedSessions: ended.length }, 'a password was changed');
  await deps.revoked.announce(ended);
}
