import { isGrpcCancelledError, isGrpcDeadlineError, isGrpcServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { HubError } from '../../contracts/errors.ts';

/** gRPC status codes that say the server cannot be reached or is overloaded (google.rpc.Code). */
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;
const AWAY: ReadonlySet<number> = new Set([DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE]);

/** Also the status of `WorkflowNotReady`, and of a query that no worker is there for. */
const FAILED_PRECONDITION = 9;

function hasGrpcCode(error: unknown, code: number): boolean {
  if (isGrpcServiceError(error)) return error.code === code;
  return error instanceof Error && error.cause !== undefined && hasGrpcCode(error.cause, code);
}

/**
 * The server threw away the workflow task that carried an update, as it does when a workflow closes
 * while news comes in. The update counts as never made, whatever its work has come to, and can be
 * sent again under its id.
 */
export const isTaskThrownAway = (error: unknown): boolean =>
  hasGrpcCode(error, FAILED_PRECONDITION);

/**
 * The server itself failed, as opposed to a rejection of the request. One that has just started
 * does not know its namespaces for some seconds.
 */
export function isTemporalAway(error: unknown): boolean {
  if (error instanceof NamespaceNotFoundError) return true;
  if (isGrpcDeadlineError(error) || isGrpcCancelledError(error)) return true;
  if (isGrpcServiceError(error)) return AWAY.has(error.code);
  return error instanceof Error && error.cause !== undefined && isTemporalAway(error.cause);
}

export async function guardTemporal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isTemporalAway(error)) throw new HubError('TEMPORAL_UNAVAILABLE', {}, { cause: error });
    throw error;
  }
}

/**
 * {@link guardTemporal} of calls that also ask a worker: none being there is the engine being away.
 */
export const guardQuery = <T>(call: () => Promise<T>): Promise<T> =>
  guardTemporal(async () => {
    try {
      return await call();
    } catch (error) {
      if (hasGrpcCode(error, FAILED_PRECONDITION))
        throw new HubError('TEMPORAL_UNAVAILABLE', {}, { cause: error });
      throw error;
    }
  });
