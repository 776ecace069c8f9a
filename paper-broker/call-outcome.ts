import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { OrderTermsDiffer, VenueUnavailable } from './errors.ts';
import type { Fault } from './faults.ts';
import type { VenueMetrics } from './metrics.ts';
import { MalformedRequest } from './proto-fields.ts';

/** Runs a call, turns what it throws into a Connect error and counts it by code. */
export type Answer = <T>(method: string, run: () => Promise<T>) => Promise<T>;

export function createAnswer(logger: Logger, metrics: VenueMetrics): Answer {
  return async (method, run) => {
    try {
      const result = await run();
      metrics.calls.inc({ method, code: 'OK' });
      return result;
    } catch (error) {
      const mapped = toConnectError(error, method, logger);
      metrics.calls.inc({ method, code: Code[mapped.code] });
      throw mapped;
    }
  };
}

/**
 * The one mapping of the venue's errors to codes. A defect is logged here and told as INTERNAL
 * without its text.
 */
export function toConnectError(error: unknown, method: string, logger: Logger): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof MalformedRequest)
    return new ConnectError(error.message, Code.InvalidArgument);
  if (error instanceof OrderTermsDiffer) return new ConnectError(error.message, Code.AlreadyExists);
  if (error instanceof VenueUnavailable) {
    logger.warn({ err: error, method }, 'call failed: unavailable');
    return new ConnectError(error.message, Code.Unavailable);
  }
  logger.error({ err: error, method }, 'call failed');
  return new ConnectError('internal error', Code.Internal);
}

/** Lets a fault act before the call: SLOW waits, DOWN fails it. The others act later. */
export async function disturbCall(fault: Fault | null): Promise<void> {
  if (fault?.mode === 'SLOW') await sleep(fault.delayMs, undefined, { ref: false });
  if (fault?.mode === 'DOWN') throw new VenueUnavailable('the venue is down');
}

/** Lets a fault act after the call. */
export function loseAnswer(fault: Fault | null): void {
  if (fault?.mode === 'LOSE_ANSWER') throw new VenueUnavailable('the answer was lost');
}
