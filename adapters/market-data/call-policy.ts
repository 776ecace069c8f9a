import { Code, ConnectError } from '@connectrpc/connect';
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { HubError } from '../../contracts/errors.ts';

const CONSECUTIVE_FAILURES_MAX = 5;
const RETRIES_MAX = 4;
const BACKOFF_MS_INITIAL = 40;
const BACKOFF_MS_MAX = 400;
/** With less time left than this an attempt is not worth its connection. */
const ATTEMPT_MS_MIN = 10;

interface CallPolicyOptions {
  deadlineMs: number;
  totalDeadlineMs: number;
  halfOpenAfterMs: number;
  logger: Logger;
  registry?: Registry;
}

/**
 * Runs a call that is safe to repeat; it gets the milliseconds it may take. Throws
 * `HubError('MARKET_DATA_UNAVAILABLE')` with the cause.
 */
type CallPolicy = <T>(method: string, attempt: (timeoutMs: number) => Promise<T>) => Promise<T>;

/**
 * Retry around breaker around deadline: each attempt counts for the breaker, which opens after 5
 * failures in a row and lets one call through when its time is over. An open breaker ends the
 * retries at once.
 */
export function createCallPolicy({
  deadlineMs,
  totalDeadlineMs,
  halfOpenAfterMs,
  logger,
  registry,
}: CallPolicyOptions): CallPolicy {
  const breaker = circuitBreaker(handleWhen(isTransient), {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(CONSECUTIVE_FAILURES_MAX),
  });
  const retries = retry(handleWhen(isTransient), {
    maxAttempts: RETRIES_MAX,
    backoff: new ExponentialBackoff({ initialDelay: BACKOFF_MS_INITIAL, maxDelay: BACKOFF_MS_MAX }),
  });
  const policy = wrap(retries, breaker);
  const countFailure = watchBreaker(breaker, logger, registry);

  return async (method, attempt) => {
    const endsAt = performance.now() + totalDeadlineMs;
    let cause: unknown;
    try {
      return await policy.execute(() => {
        const leftMs = Math.floor(endsAt - performance.now());
        if (leftMs < ATTEMPT_MS_MIN)
          throw new DeadlinePassed(`no answer within ${totalDeadlineMs} ms`, { cause });
        return attempt(Math.min(deadlineMs, leftMs)).catch((error: unknown) => {
          cause = error;
          throw error;
        });
      });
    } catch (error) {
      countFailure(method);
      logger.debug({ err: error, method }, 'market data call failed');
      throw new HubError('MARKET_DATA_UNAVAILABLE', {}, { cause: error });
    }
  };
}

/**
 * The time for all attempts is over; says nothing new about the service, so neither retry nor
 * breaker looks at it.
 */
class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/**
 * Failures on the way to the service or of its health. None of our unary calls is ever canceled by
 * us, so ABORTED and CANCELED mean that the connection went (ECONNRESET, GOAWAY).
 */
function isTransient(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  switch (error.code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
    case Code.Internal:
    case Code.Aborted:
    case Code.Canceled:
    case Code.ResourceExhausted:
      return true;
    default:
      return false;
  }
}

/**
 * Logs the breaker's changes and not each call, and keeps `market_data_client_*`. Returns the
 * counter of failed calls.
 */
function watchBreaker(
  breaker: ReturnType<typeof circuitBreaker>,
  logger: Logger,
  registry?: Registry,
): (method: string) => void {
  const registers = registry ? [registry] : [];
  const failures = new Counter({
    name: 'market_data_client_failures_total',
    help: 'Calls to the market-data service that ended without an answer',
    labelNames: ['method'] as const,
    registers,
  });
  const open = new Gauge({
    name: 'market_data_client_breaker_open',
    help: '1 while calls to the market-data service fail at once',
    registers,
  });
  breaker.onStateChange((state) => open.set(state === CircuitState.Closed ? 0 : 1));
  let announced = false;
  breaker.onBreak((reason) => {
    if (!announced)
      logger.warn(
        { err: 'error' in reason ? reason.error : undefined },
        'market data is away: its calls fail at once',
      );
    announced = true;
  });
  breaker.onReset(() => {
    announced = false;
    logger.info('market data is back');
  });
  return (method) => failures.inc({ method });
}
