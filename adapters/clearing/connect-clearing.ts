import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, ExponentialBackoff, handleWhen, retry, wrap } from 'cockatiel';
import type { Logger } from 'pino';
import { CLEARING_INSTRUCTIONS_MAX, type Clearing, ClearingUnavailable } from '../../contracts/ports/clearing.ts';
import { ClearingService } from '../../proto/gen/hub/v1/clearing_pb.js';
import { fromResults, toInstruction } from './clearing-message.ts';

export interface ConnectClearingOptions {
  /** `http://host:port` of the clearing house: the venue's. */
  baseUrl: string;
  /** Longest wait for one attempt. */
  deadlineMs?: number;
  logger: Logger;
}

/** A thousand instructions are a transaction of the house's own. */
const DEADLINE_MS = 5_000;
const CONSECUTIVE_FAILURES_MAX = 5;
const HALF_OPEN_AFTER_MS = 1_000;
const RETRIES_MAX = 2;
const BACKOFF_MS_INITIAL = 50;
const BACKOFF_MS_MAX = 500;
/** A peer that vanished without a word is noticed by its missing answer to a PING. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 5_000;

/**
 * The clearing house over the Connect protocol. Settling is idempotent there, so a call whose answer never came is sent again, twice at
 * most, with jitter. After 5 failures in a row a breaker fails calls at once for 1 s. A call that the house refuses as wrong throws a plain error.
 */
export function createConnectClearing({ baseUrl, deadlineMs = DEADLINE_MS, logger }: ConnectClearingOptions): Clearing {
  const client: Client<typeof ClearingService> = createClient(
    ClearingService,
    createConnectTransport({
      baseUrl,
      httpVersion: '2',
      useBinaryFormat: true,
      acceptCompression: [],
      pingIntervalMs: PING_INTERVAL_MS,
      pingTimeoutMs: PING_TIMEOUT_MS,
    }),
  );
  const policy = createPolicy(logger);
  return {
    async settle(instructions) {
      if (instructions.length === 0) return [];
      if (instructions.length > CLEARING_INSTRUCTIONS_MAX) throw new RangeError(`at most ${CLEARING_INSTRUCTIONS_MAX} instructions a call`);
      const request = { instructions: instructions.map(toInstruction) };
      try {
        return await policy.execute(async () => {
          const { results } = await client.settleInstructions(request, { timeoutMs: deadlineMs });
          return fromResults(instructions, results);
        });
      } catch (error) {
        const failure = classifyFailure(error);
        logger.debug({ err: failure }, 'call to the clearing house failed');
        throw failure;
      }
    },
  };
}

function createPolicy(logger: Logger) {
  const breaker = circuitBreaker(handleWhen(isTransient), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(CONSECUTIVE_FAILURES_MAX),
  });
  breaker.onBreak((reason) =>
    logger.warn({ err: 'error' in reason ? reason.error : undefined }, 'the clearing house is away: its calls fail at once'),
  );
  breaker.onReset(() => logger.info('the clearing house is back'));
  const retries = retry(handleWhen(isTransient), {
    maxAttempts: RETRIES_MAX,
    backoff: new ExponentialBackoff({ initialDelay: BACKOFF_MS_INITIAL, maxDelay: BACKOFF_MS_MAX }),
  });
  return wrap(retries, breaker);
}

/** Settling again is harmless, so it does not matter whether the house can have acted. */
function classifyFailure(error: unknown): Error {
  if (error instanceof BrokenCircuitError) return new ClearingUnavailable('the circuit to the clearing house is open', { cause: error });
  if (isRefusal(error)) return new Error(`the clearing house refused the call: ${error.message}`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new ClearingUnavailable(`no answer from the clearing house: ${reason}`, { cause: error });
}

const isTransient = (error: unknown): boolean => !(error instanceof BrokenCircuitError) && !isRefusal(error);

/** A definite answer: the house looked at the call and did nothing. */
function isRefusal(error: unknown): error is ConnectError {
  if (!(error instanceof ConnectError)) return false;
  switch (error.code) {
    case Code.InvalidArgument:
    case Code.NotFound:
    case Code.PermissionDenied:
    case Code.Unauthenticated:
    case Code.FailedPrecondition:
    case Code.OutOfRange:
    case Code.Unimplemented:
      return true;
    default:
      return false;
  }
}
