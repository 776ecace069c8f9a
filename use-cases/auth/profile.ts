import type { Caller } from '../../contracts/caller.ts';
import type { StoredUser } from '../../contracts/ports/auth.ts';
import type { Profile } from '../use-cases.ts';

/** What a user may see of itself: all but the password hash. */
export function toProfile(user: StoredUser): Profile {
  return {
    userId: user.id,
    email: user.email,
    firstName: user.firstName,
    lastName: user.lastName,
    roles: user.roles,
    account: { ...user.account, currency: 'USD' },
  };
}

/** Who the user is in its access tokens. */
export const toCaller = (user: StoredUser): Caller => ({
  userId: user.id,
  username: user.email,
  accountId: user.account.id,
  roles: user.roles,
});
