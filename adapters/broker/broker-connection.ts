import { Code, ConnectError, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import type { Logger } from 'pino';
import { CIRCUIT_OPEN_MS } from '../../domain/retry/circuit.ts';

const CONSECUTIVE_FAILURES_MAX = 5;
/** A peer that vanished without a word is noticed by its missing answer to a PING. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 5_000;

/**
 * The Connect protocol on one kept HTTP/2 connection to `http://host:port`; `authenticate` shows
 * each call who makes it.
 */
export const connectToBroker = (baseUrl: string, authenticate: Interceptor): Transport =>
  createConnectTransport({
    baseUrl,
    interceptors: [authenticate],
    httpVersion: '2',
    useBinaryFormat: true,
    acceptCompression: [],
    pingIntervalMs: PING_INTERVAL_MS,
    pingTimeoutMs: PING_TIMEOUT_MS,
  });

export interface PolicyOptions {
  /** How the log calls the other side. */
  name: string;
  /** Further attempts of a call that may be repeated, with jitter. */
  retriesMax: number;
  backoffMs: { initial: number; max: number };
  logger: Logger;
}

/**
 * Both ways to call share one breaker, since they tell of the same other side: after 5 failures in
 * a row it fails calls at once for 1 s. An open breaker ends the retries of a repeated call at
 * once.
 */
export function createBrokerPolicies({ name, retriesMax, backoffMs, logger }: PolicyOptions) {
  const breaker = circuitBreaker(handleWhen(isTransient), {
    halfOpenAfter: CIRCUIT_OPEN_MS,
    breaker: new ConsecutiveBreaker(CONSECUTIVE_FAILURES_MAX),
  });
  breaker.onBreak((reason) =>
    logger.warn(
      { err: 'error' in reason ? reason.error : undefined },
      `${name} is away: its calls fail at once`,
    ),
  );
  breaker.onReset(() => logger.info(`${name} is back`));
  const retries = retry(handleWhen(isTransient), {
    maxAttempts: retriesMax,
    backoff: new ExponentialBackoff({ initialDelay: backoffMs.initial, maxDelay: backoffMs.max }),
  });
  return { once: breaker, repeated: wrap(retries, breaker) };
}

/**
 * Failures that say something about the other side's health: they count for the breaker, and
 * repeated calls are tried again after them.
 */
const isTransient = (error: unknown): boolean =>
  !(error instanceof BrokenCircuitError) && !isRejection(error);

/**
 * The other side does not take our token: it did nothing, and takes the next one once the secrets
 * agree.
 */
export const isTurnedAway = (error: unknown): boolean =>
  error instanceof ConnectError &&
  (error.code === Code.Unauthenticated || error.code === Code.PermissionDenied);

/**
 * A definite answer: the other side looked at the call and did nothing. Repeating does not help.
 */
export function isRejection(error: unknown): error is ConnectError {
  if (!(error instanceof ConnectError)) return false;
  switch (error.code) {
    case Code.InvalidArgument:
    case Code.NotFound:
    case Code.AlreadyExists:
    case Code.FailedPrecondition:
    case Code.OutOfRange:
    case Code.Unimplemented:
      return true;
    default:
      return false;
  }
}
