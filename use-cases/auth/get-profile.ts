import { HubError } from '../../contracts/errors.ts';
import type { UserStore } from '../../contracts/ports/auth.ts';
import type { AuthUseCases } from '../use-cases.ts';
import { toProfile } from './profile.ts';

/** The caller's user and account. A token whose user is gone is `TOKEN_INVALID`. */
export function createGetProfile(deps: { users: UserStore }): AuthUseCases['getProfile'] {
  return async (caller) => {
    const user = await deps.users.findById(caller.userId);
    if (!user) throw new HubError('TOKEN_INVALID');
    return toProfile(user);
  };
}
