import { HubError } from '../../contracts/errors.ts';
import type { PasswordHasher, UserStore } from '../../contracts/ports/auth.ts';
import type { AuthUseCases } from '../use-cases.ts';
import { toProfile } from './profile.ts';

/** Makes a customer with an account that holds nothing. Failure: `EMAIL_TAKEN`. */
export function createRegister(deps: { users: UserStore; passwords: PasswordHasher; newId: () => string }): AuthUseCases['register'] {
  return async (request) => {
    const user = await deps.users.createUser({
      id: deps.newId(),
      accountId: deps.newId(),
      email: request.email.toLowerCase(),
      passwordHash: await deps.passwords.hash(request.password),
      firstName: request.firstName,
      lastName: request.lastName,
      roles: ['CUSTOMER'],
    });
    if (!user) throw new HubError('EMAIL_TAKEN');
    return toProfile(user);
  };
}
