import { HubError } from '../../contracts/errors.ts';
import type { OperatorOrder } from '../../contracts/ports/attention-reader.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { AdminUseCases } from '../use-cases.ts';
import { createInterfere, type InterfereDeps } from './interfere.ts';

/** Cancels an order in the place of its client; the venue's word wins. Failures: as of {@link createInterfere}, `ORDER_NOT_CANCELABLE`. */
export function createCancelOrder(deps: InterfereDeps): AdminUseCases['cancelOrder'] {
  const interfere = createInterfere(deps, {
    action: 'CANCEL_REQUESTED',
    // Another request than the client's own, so that the trail names the operator.
    requestIdFor: (order) => `operator/${order.id}/${order.updatedAt}`,
    refusal: notCancelable,
  });
  return async (operator, orderId, reason) => {
    const after = await interfere(operator, orderId, reason);
    if (!isOpen(after.status) && after.status !== 'CANCELED') throw notCancelable(after);
    return after;
  };
}

const notCancelable = ({ status, filledQuantity }: OperatorOrder): HubError =>
  new HubError('ORDER_NOT_CANCELABLE', { status, filledQuantity });
