import { isGrpcCancelledError, isGrpcDeadlineError, isGrpcServiceError } from '@temporalio/client';
import { HubError } from '../../contracts/errors.ts';

/** gRPC status codes that say the server cannot be reached or is overloaded (google.rpc.Code). */
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;
const AWAY: ReadonlySet<number> = new Set([DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE]);

/** gRPC status of `WorkflowNotReady`. */
const FAILED_PRECONDITION = 9;

/**
 * The server threw away the workflow task that carried an update, as it does when a workflow closes while news comes in. The update counts as never
 * made, whatever its work has come to, and can be sent again under its id.
 */
export function isTaskThrownAway(error: unknown): boolean {
  if (isGrpcServiceError(error)) return error.code === FAILED_PRECONDITION;
  return error instanceof Error && error.cause !== undefined && isTaskThrownAway(error.cause);
}

/** The server itself failed, as opposed to a refusal of the request. */
export function isTemporalAway(error: unknown): boolean {
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
