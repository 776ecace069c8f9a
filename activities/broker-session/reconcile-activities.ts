import { Context, heartbeat } from '@temporalio/activity';
import type { Reconciliation } from '../../contracts/broker-session/reconciliation.ts';
import type { StepObserver } from '../../contracts/step-observer.ts';
import type { Bound } from '../../use-cases/bind.ts';
import type { reconcile } from '../../use-cases/broker-session/reconcile.ts';
import { createActivityRunner } from '../failures.ts';

/** The comparison of all records of a broker's orders, as one activity with heartbeats. */
export function createReconcileActivities(
  useCases: Bound<{ reconcile: typeof reconcile }>,
  observer: StepObserver,
) {
  const run = createActivityRunner(observer);
  return {
    reconcileBooks: (broker: string): Promise<Reconciliation> =>
      run('reconcileBooks', () =>
        useCases.reconcile(broker, {
          signal: Context.current().cancellationSignal,
          onProgress: heartbeat,
        }),
      ),
  };
}

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;
