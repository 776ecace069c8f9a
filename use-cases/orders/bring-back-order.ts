import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import { type AcceptOrderDeps, acceptOrder, readContext } from './accept-order.ts';
import { readWorking } from './order-progress.ts';
import { type RestoreOrderDeps, restoreOrder } from './restore-order.ts';

export type BringBackOrderDeps = RestoreOrderDeps & AcceptOrderDeps;

const DECIDE_WITHIN_MS = 10_000;

/**
 * Puts an order that was accepted once, and that our books have lost, back into them: as the broker
 * has it, `RESTORED`. One that the broker does not have was promised to its client all the same: it
 * is decided on again, by what holds now, `DECIDED_ANEW`. Throws what the two throw.
 */
export async function bringBackOrder(
  deps: BringBackOrderDeps,
  submission: OrderSubmission,
): Promise<{ how: 'RESTORED' | 'DECIDED_ANEW'; working: WorkingOrder }> {
  const { instrument } = await readContext(deps, submission);
  const restored = instrument && (await restoreOrder(deps, instrument.broker, submission.orderId));
  if (restored) return { how: 'RESTORED', working: restored };
  const acceptBy = new Date(deps.clock() + DECIDE_WITHIN_MS).toISOString();
  await acceptOrder(deps, { ...submission, acceptBy });
  deps.logger.warn(
    { orderId: submission.orderId },
    'an order that had been accepted was not in the books: it is decided on anew',
  );
  return { how: 'DECIDED_ANEW', working: await readWorking(deps, submission.orderId) };
}
