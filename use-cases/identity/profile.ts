import { HubError } from '../../contracts/errors.ts';
import type { StoredUser, UserStore } from '../../contracts/identity/auth.ts';
import type { Caller } from '../../contracts/identity/caller.ts';

/** A user as it sees itself, with its account. */
export interface Profile {
  userId: string;
  email: string;
  firstName: string;
  lastName: string;
  roles: readonly string[];
  account: {
    id: string;
    status: string;
    currency: 'USD';
    shortingAllowed: boolean;
    createdAt: string;
  };
}

/** The caller's user and account. A token whose user is gone is `TOKEN_INVALID`. */
export async function getProfile(
  { users }: { users: Pick<UserStore, 'findById'> },
  caller: Caller,
): Promise<Profile> {
  const user = await users.findById(caller.userId);
  if (!user) throw new HubError('TOKEN_INVALID');
  return toProfile(user);
}

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

/** Who the user is in the access tokens of a session. */
export const toCaller = (user: StoredUser, sessionId: string): Caller => ({
  sessionId,
  userId: user.id,
  username: user.email,
  accountId: user.account.id,
  roles: user.roles,
});
