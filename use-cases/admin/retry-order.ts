import type { AdminUseCases } from '../use-cases.ts';
import { createInterfere, type InterfereDeps, notWaiting } from './interfere.ts';

/** Ends the wait before the next attempt of a step that failed. Failures: as of {@link createInterfere}, `ORDER_NOT_WAITING`. */
export const createRetryOrder = (deps: InterfereDeps & { newId: () => string }): AdminUseCases['retryOrder'] =>
  createInterfere(deps, {
    action: 'RETRY_REQUESTED',
    requestIdFor: deps.newId,
    refusal: notWaiting,
  });
