import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { isTemporalAway } from './temporal-errors.ts';

const ATTEMPT_EVERY_MS = 250;
const ATTEMPTS_MAX = 120;

/**
 * Calls as soon as Temporal serves the namespace: a server that has just started takes some seconds.
 * Throws what the call throws when it does not within half a minute, and at once what a server that
 * serves it says.
 */
export const onceServed = <T>(call: () => Promise<T>): Promise<T> =>
  retry(handleWhen(isTemporalAway), {
    maxAttempts: ATTEMPTS_MAX,
    backoff: new ConstantBackoff(ATTEMPT_EVERY_MS),
  }).execute(call);
