import { proxyActivities } from '@temporalio/workflow';
import type { ReconcileActivities } from '../../activities/broker-session/reconcile-activities.ts';
import type { Reconciliation } from '../../contracts/broker-session/reconciliation.ts';

const { reconcileBooks } = proxyActivities<ReconcileActivities>({
  summary: "compare broker, books and orders' workflows",
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * Compares a broker's orders in all three records and repairs what differs, after one of them was
 * restored from a backup. Id `reconciliation/<broker>`, started by an operator. Answers with what
 * it has found and done.
 */
export function reconciliation(broker: string): Promise<Reconciliation> {
  return reconcileBooks(broker);
}
