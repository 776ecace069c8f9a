import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { LoginAttempts } from '../../contracts/identity/login-attempts.ts';
import type { LoginLocks, RateLimits } from '../../contracts/rate-limits.ts';
import { EMAIL_LOCK, lockSeconds } from '../../domain/identity/login-lock.ts';
import type { Pause } from './slow-answers.ts';

export interface LoginGuardDeps {
  rateLimits: Pick<RateLimits, 'take' | 'giveBack'>;
  locks: LoginLocks;
  attempts: Pick<LoginAttempts, 'readStanding' | 'recordFailure' | 'lock' | 'recordSuccess'>;
  pause: Pause;
  clock: Clock;
  logger: Logger;
}

/**
 * A wrong password is answered no sooner, so that the time tells nothing of whether there is such a
 * user.
 */
const WRONG_ANSWER_MS = 300;
/** A guesser who is turned away waits, and so asks less often. */
const TURNED_AWAY_MS = 1_000;

/** Under which an e-mail is counted, and an e-mail from one network. */
interface Keys {
  pair: string;
  email: string;
}

/**
 * Guards a check of a password against guessing. Three things turn an attempt away as
 * `RATE_LIMITED`, all alike and before the password is looked at: too many failures from the
 * network; a lock of the e-mail for this network, which grows with each failure; and the lock of
 * the e-mail for all networks, after a hundred failures in a row, which those are spared from
 * whence the user has logged in before. An e-mail that nobody has is counted and locked as any
 * other. A session that is open is never touched. `email` is in lower case. `check` throws
 * `INVALID_CREDENTIALS` for a wrong password; whatever else it throws counts for nothing.
 */
export async function guardLogin<T>(
  deps: LoginGuardDeps,
  email: string,
  address: string,
  check: () => Promise<T>,
): Promise<T> {
  const { rateLimits, locks, attempts, pause, clock } = deps;
  const begunMs = clock();
  const taken = await rateLimits.take('failed_logins_per_address', address);
  if (!taken.isAllowed) return turnAway(deps, begunMs, taken.resetSeconds * 1000, { address });
  const keys = { pair: keyOf(email, address), email: emailKey(email) };
  const giveBack = () => rateLimits.giveBack('failed_logins_per_address', address);
  const { userId, lockedMs } = await readLocks(deps, keys, email, address).catch(
    async (error: unknown) => {
      await giveBack();
      throw error;
    },
  );
  if (lockedMs > 0) return turnAway(deps, begunMs, lockedMs, { address, userId });
  let result: T;
  try {
    result = await check();
  } catch (error) {
    if (error instanceof HubError && error.code === 'INVALID_CREDENTIALS') {
      await noteFailure(deps, keys, address, userId);
      await pause(WRONG_ANSWER_MS - (clock() - begunMs));
    } else {
      await giveBack();
    }
    throw error;
  }
  await Promise.all([
    giveBack(),
    locks.forget('PAIR', keys.pair),
    locks.forget('EMAIL', keys.email),
  ]);
  if (userId !== null) await attempts.recordSuccess(userId, address);
  return result;
}

async function readLocks(
  { attempts, locks, clock }: LoginGuardDeps,
  keys: Keys,
  email: string,
  address: string,
): Promise<{ userId: string | null; lockedMs: number }> {
  const [standing, pairMs, everywhereMs] = await Promise.all([
    attempts.readStanding(email, address),
    locks.lockedForMs('PAIR', keys.pair),
    locks.lockedForMs('EMAIL', keys.email),
  ]);
  if (standing?.isKnownAddress) return { userId: standing.userId, lockedMs: pairMs };
  const userMs = (standing?.lockedUntilMs ?? 0) - clock();
  return { userId: standing?.userId ?? null, lockedMs: Math.max(pairMs, everywhereMs, userMs) };
}

async function noteFailure(
  { attempts, locks, clock, logger }: LoginGuardDeps,
  keys: Keys,
  address: string,
  userId: string | null,
): Promise<void> {
  const pairMs = await locks.recordFailure('PAIR', keys.pair);
  let everywhereMs = await locks.recordFailure('EMAIL', keys.email);
  let failures: number | null = null;
  if (userId !== null) {
    failures = await attempts.recordFailure(userId);
    everywhereMs = Math.max(everywhereMs, lockSeconds(failures, EMAIL_LOCK) * 1000);
    if (everywhereMs > 0) await attempts.lock(userId, new Date(clock() + everywhereMs));
  }
  const facts = {
    userId,
    address,
    failures,
    lockedHereMs: pairMs,
    lockedEverywhereMs: everywhereMs,
  };
  if (everywhereMs > 0)
    logger.warn(facts, 'a login failed and its e-mail is locked for all networks');
  else logger.info(facts, 'a login failed');
}

async function turnAway(
  { pause, clock, logger }: LoginGuardDeps,
  begunMs: number,
  lockedMs: number,
  facts: Record<string, unknown>,
): Promise<never> {
  logger.info({ ...facts, lockedMs }, 'a login was turned away');
  await pause(TURNED_AWAY_MS - (clock() - begunMs));
  throw new HubError('RATE_LIMITED', { retryAfterSeconds: Math.ceil(lockedMs / 1000) });
}

/** E-mails are personal data: what counts them knows their SHA-256 alone. */
const keyOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url');

/** The key of the lock of an e-mail, which is in lower case, for all networks. */
export const emailKey = (email: string): string => keyOf(email);
