import { HubError } from '../../contracts/errors.ts';
import type { PasswordHasher, UserStore } from '../../contracts/identity/auth.ts';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import { takeOrThrow } from '../take-or-throw.ts';
import { demandGoodPassword, type PasswordRuleDeps } from './password-rule.ts';
import { type Profile, toProfile } from './profile.ts';

export interface RegisterDeps extends PasswordRuleDeps {
  users: Pick<UserStore, 'createUser'>;
  passwords: PasswordHasher;
  rateLimits: Pick<RateLimits, 'take'>;
  /** Ids of new users and accounts: UUIDs. */
  newId: () => string;
}

/**
 * Makes a customer with an account that holds nothing. Failures: `EMAIL_TAKEN`,
 * `PASSWORD_TOO_WEAK`; `RATE_LIMITED`: too many from the same network.
 */
export async function register(
  deps: RegisterDeps,
  request: { email: string; password: string; firstName: string; lastName: string },
  address: string,
): Promise<Profile> {
  demandGoodPassword(deps, request.password, request.email);
  await takeOrThrow(deps.rateLimits, 'registrations_per_address', address, 'RATE_LIMITED');
  const user = await deps.users.createUser({
    id: deps.newId(),
    accountId: deps.newId(),
    email: request.email.toLowerCase(),
    passwordHash: await deps.passwords.hash(request.password, address),
    firstName: request.firstName,
    lastName: request.lastName,
    roles: ['CUSTOMER'],
  });
  if (!user) throw new HubError('EMAIL_TAKEN');
  return toProfile(user);
}
