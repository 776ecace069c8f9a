import {
  NAMED_MAX,
  type Reconciled,
  type Reconciliation,
} from '../../contracts/broker-session/reconciliation.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { forEachAtOnce } from '../for-each-at-once.ts';
import { type ReconcileOrderDeps, reconcileOrder } from './reconcile-order.ts';

export interface ReconcileDeps extends ReconcileOrderDeps {
  workflows: ReconcileOrderDeps['workflows'] & Pick<OrderWorkflows, 'listRunning'>;
}

export interface ReconcileOptions {
  signal: AbortSignal;
  /** Called with how many orders have been compared. */
  onProgress: (compared: number) => void;
}

const AT_ONCE = 10;

/**
 * Compares the three records of each order of a broker that is open in our books or has a workflow:
 * the broker's, our books' and Temporal's, any of which may have been restored from a backup.
 * Repairs what can be repaired without trading anything that nobody has asked for. What the broker
 * has and neither of ours knows is found by the broker session, which reads on from where the books
 * are. Harmless at any time, and however often. Throws what `findOpen` and `listRunning` throw.
 */
export async function reconcile(
  deps: ReconcileDeps,
  broker: string,
  { signal, onProgress }: ReconcileOptions,
): Promise<Reconciliation> {
  const open = await deps.orders.findOpen(broker, new Date(deps.clock()).toISOString());
  const running = new Set<string>();
  for await (const orderId of deps.workflows.listRunning()) running.add(orderId);
  const result: Reconciliation = { broker, compared: 0, differences: {} };
  await forEachAtOnce(AT_ONCE, [...new Set([...open, ...running])], async (orderId) => {
    signal.throwIfAborted();
    const difference = await reconcileOrder(deps, broker, orderId, running.has(orderId)).catch(
      (error: unknown): Reconciled => {
        deps.logger.error({ err: error, orderId }, 'an order could not be reconciled');
        return 'FAILED';
      },
    );
    result.compared += 1;
    if (difference) add(result, difference, orderId);
    onProgress(result.compared);
  });
  deps.logger.info({ ...result }, 'the books are reconciled');
  return result;
}

function add({ differences }: Reconciliation, difference: Reconciled, orderId: string): void {
  const { count = 0, orderIds = [] } = differences[difference] ?? {};
  differences[difference] = {
    count: count + 1,
    orderIds: count < NAMED_MAX ? [...orderIds, orderId] : orderIds,
  };
}
