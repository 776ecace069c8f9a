import type { StoredUser, UserStore } from '../../contracts/identity/auth.ts';
import { type Profile, toProfile } from './profile.ts';

/** Whom an operator looks for: by the first of these that is given. */
export interface UserQuery {
  email: string | null;
  id: string | null;
  accountId: string | null;
}

/** The user, alone in a list; an empty one when there is none. */
export async function findUsers(
  { users }: { users: Pick<UserStore, 'findByEmail' | 'findById' | 'findByAccount'> },
  { email, id, accountId }: UserQuery,
): Promise<Profile[]> {
  let found: StoredUser | null = null;
  if (email !== null) found = await users.findByEmail(email);
  else if (id !== null) found = await users.findById(id);
  else if (accountId !== null) found = await users.findByAccount(accountId);
  return found ? [toProfile(found)] : [];
}
