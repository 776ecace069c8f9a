import type { AdminUseCases } from '../use-cases.ts';
import { createInterfere, type InterfereDeps, notWaiting } from './interfere.ts';

/** Ends the wait before the next attempt of a step that failed. Failures: as of {@link createInterfere}, `ORDER_NOT_WAITING`. */
export const createRetryOrder = (deps: InterfereDeps): AdminUseCases['retryOrder'] =>
  createInterfere(deps, {
    action: 'RETRY_REQUESTED',
    ask: (order, request) => deps.workflows.retryOrder(order.id, request),
    refusal: notWaiting,
  });
