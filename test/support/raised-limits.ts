import type { Caller } from '../../contracts/identity/caller.ts';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import type { IdentityUseCases } from '../../use-cases/identity/identity-use-cases.ts';
import type { LoginGuardDeps } from '../../use-cases/identity/login-guard.ts';
import type { UnlockUserDeps } from '../../use-cases/identity/unlock-user.ts';

/** For stacks whose clients send faster than people do, all from one address. */
export const RAISED_LIMITS: Readonly<Record<string, string>> = {
  REQUESTS_PER_ADDRESS_PER_MINUTE: '100000000',
  REQUESTS_PER_USER_PER_MINUTE: '100000000',
  ORDERS_PER_MINUTE: '100000000',
  OPEN_ORDERS_MAX: '100000000',
  FAILED_LOGINS_PER_ADDRESS: '100000000',
  REGISTRATIONS_PER_ADDRESS_PER_HOUR: '100000000',
};

/** For a stack that is to have the limits of `npm start` after all. */
export const DEFAULT_LIMITS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(RAISED_LIMITS).map((name) => [name, '']),
);

/** Limits that nothing reaches. */
export const UNLIMITED: RateLimits = {
  take: async () => ({
    isAllowed: true,
    rule: { points: 600, windowSeconds: 60, scope: 'PROCESS' },
    remaining: 599,
    resetSeconds: 60,
  }),
  giveBack: async () => {},
};

/** Guesses are neither locked nor slowed. */
export const UNGUARDED: Pick<LoginGuardDeps & UnlockUserDeps, 'attempts' | 'locks' | 'pause'> = {
  attempts: {
    readStanding: async () => null,
    recordFailure: async () => 0,
    lock: async () => {},
    recordSuccess: async () => {},
    unlock: async () => null,
  },
  locks: { lockedForMs: async () => 0, recordFailure: async () => 0, forget: async () => {} },
  pause: async () => {},
};

/** The use-cases of identity for a caller whose address never changes. */
export function fromOneAddress(auth: IdentityUseCases, address = '192.0.2.1') {
  return {
    ...auth,
    register: (request: Parameters<IdentityUseCases['register']>[0]) =>
      auth.register(request, address),
    login: (email: string, password: string) => auth.login({ email, password }, address),
    changePassword: (caller: Caller, currentPassword: string, newPassword: string) =>
      auth.changePassword(caller, { currentPassword, newPassword }, address),
    refresh: (refreshToken: string) => auth.refresh(refreshToken, address),
  };
}
