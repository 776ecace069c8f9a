import { BrokenCircuitError } from 'cockatiel';
import {
  BrokerCircuitOpen,
  BrokerOutcomeUnknown,
  BrokerUnavailable,
} from '../../contracts/broker-session/broker.ts';
import { isRejection, isTurnedAway } from './broker-connection.ts';

/** A call that can change something at the broker, or one that only reads. */
export type CallKind = 'ACTS' | 'READS';

/**
 * What a failed call means to whoever sent it. Without a connection the broker cannot have acted;
 * after the request went out it may have, whatever went wrong, also when it answered UNAVAILABLE
 * itself. A read never acts, nor does a call that is turned away. What the broker rejects by a
 * definite answer (INVALID_ARGUMENT, ALREADY_EXISTS …) stays as it is: repeating does not help.
 */
export function classifyFailure(error: unknown, kind: CallKind, method: string): Error {
  if (error instanceof BrokenCircuitError)
    return new BrokerCircuitOpen(`${method}: the circuit to the broker is open`, { cause: error });
  if (wasNeverSent(error))
    return new BrokerUnavailable(`${method}: no connection to the broker`, { cause: error });
  if (isTurnedAway(error))
    return new BrokerUnavailable(`${method}: the broker does not know us: our token is rejected`, {
      cause: error,
    });
  if (isRejection(error))
    return new Error(`${method}: the broker rejected the call: ${error.message}`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return kind === 'READS'
    ? new BrokerUnavailable(`${method}: no answer from the broker: ${reason}`, { cause: error })
    : new BrokerOutcomeUnknown(`${method}: the answer never came: ${reason}`, { cause: error });
}

/**
 * Node names the system call that failed: before `connect` succeeded nothing can have been sent.
 */
function wasNeverSent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('syscall' in cause && (cause.syscall === 'connect' || cause.syscall === 'getaddrinfo'))
      return true;
    if (cause instanceof AggregateError && cause.errors.length > 0)
      return cause.errors.every(wasNeverSent);
  }
  return false;
}
