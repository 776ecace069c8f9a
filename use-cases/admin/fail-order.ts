import type { AdminUseCases } from '../use-cases.ts';
import { createInterfere, type InterfereDeps, notWaiting } from './interfere.ts';

/** Ends an order that waits for a retry or an operator, and releases its hold. Failures: as of {@link createInterfere}, `ORDER_NOT_WAITING`. */
export const createFailOrder = (deps: InterfereDeps & { newId: () => string }): AdminUseCases['failOrder'] =>
  createInterfere(deps, {
    action: 'FAIL_REQUESTED',
    requestIdFor: deps.newId,
    refusal: notWaiting,
  });
