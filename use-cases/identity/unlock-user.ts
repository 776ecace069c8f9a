import { HubError } from '../../contracts/errors.ts';
import { type Caller, operatorName } from '../../contracts/identity/caller.ts';
import type { LoginAttempts } from '../../contracts/identity/login-attempts.ts';
import type { LoginLocks } from '../../contracts/rate-limits.ts';
import { emailKey } from './login-guard.ts';

export interface UnlockUserDeps {
  attempts: Pick<LoginAttempts, 'unlock'>;
  locks: Pick<LoginLocks, 'forget'>;
}

/**
 * Lets a user log in again from everywhere, by an operator's word: ends the row of failed logins
 * and the lock for all networks, with an entry in the audit trail. What a single network has
 * brought upon itself stays: a quarter of an hour at most. Failure: `USER_NOT_FOUND`.
 */
export async function unlockUser(
  { attempts, locks }: UnlockUserDeps,
  operator: Caller,
  userId: string,
  reason: string,
): Promise<void> {
  const email = await attempts.unlock(userId, { operator: operatorName(operator), reason });
  if (email === null) throw new HubError('USER_NOT_FOUND');
  await locks.forget('EMAIL', emailKey(email));
}
