import { HubError } from '../../contracts/errors.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { readOrThrow } from '../orders/read-orders.ts';

export interface FindOrderDeps {
  workflows: Pick<OrderWorkflows, 'findWorkflow'>;
}

/**
 * What is read of an order. Of one that the books do not know its workflow tells: `ORDER_NOT_DECIDED`
 * while it runs, else `ORDER_NOT_FOUND`. Throws `TEMPORAL_UNAVAILABLE` when that cannot be known.
 */
export async function findOrThrow<T>(
  { workflows }: FindOrderDeps,
  orderId: string,
  read: (orderId: string) => Promise<T | null>,
): Promise<T> {
  return readOrThrow(orderId, async (id) => {
    const found = await read(id);
    if (found !== null) return found;
    const workflow = await workflows.findWorkflow(id);
    if (workflow === null) return null;
    throw workflow === 'RUNNING' ? notDecided() : neverDecided();
  });
}

const notDecided = (): HubError =>
  new HubError(
    'ORDER_NOT_DECIDED',
    {},
    {
      detail:
        'Nobody has decided on the order, and nothing is sent before that. Its workflow ends by itself when nobody does',
    },
  );

const neverDecided = (): HubError =>
  new HubError(
    'ORDER_NOT_FOUND',
    {},
    {
      detail:
        'It never became an order: nothing was held and nothing was sent. The page of its workflow says why',
    },
  );
