import { ApplicationFailure } from '@temporalio/workflow';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { isClosed, type LifeState, waitingOf } from './life-state.ts';
import { soonestOf } from './retries.ts';

// What may be asked of an order in its state. Each throws an ApplicationFailure with the stable
// code, as an update's validator has to.

export function assertCancelable(state: LifeState): void {
  if (isClosed(state)) throw no(`The order is ${state.progress?.status}`, 'ORDER_NOT_CANCELABLE');
}

/**
 * Working at the broker, or waiting for its time to go there; or its replacement is under way by
 * the books, and nobody sees to it here.
 */
export function assertReplaceable(state: LifeState): void {
  const status = state.progress?.status;
  const isAtWork =
    status === 'NEW' ||
    status === 'PARTIALLY_FILLED' ||
    status === 'PENDING_REPLACE' ||
    waitingOf(state)?.for === 'OPEN';
  if (isAtWork && state.replacement === null && state.cancelRequestedBy === null) return;
  throw no(
    `The order is ${status ?? 'not decided on'} and cannot be replaced now`,
    'ORDER_NOT_REPLACEABLE',
  );
}

export function assertWaiting({ retries }: LifeState): void {
  if (!soonestOf(retries))
    throw no('The order waits for no retry and no operator', 'ORDER_NOT_WAITING');
}

/** Throws while nobody has decided on the order; then answers where it stands. */
export function assertDecided({ progress }: LifeState): OrderProgress {
  if (progress === null) throw no('The order has not been decided on', 'ACCEPT_BY_PASSED');
  return progress;
}

const no = (message: string, code: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, code);
