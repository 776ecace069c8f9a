import { HubError } from '../../contracts/errors.ts';
import { type Caller, operatorName } from '../../contracts/identity/caller.ts';
import type { OperatorAction } from '../../contracts/operators/operator-log.ts';
import type { OperatorOrder, OperatorReader } from '../../contracts/operators/operator-reader.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { adoptOrder } from '../orders/adopt-order.ts';
import { type AskOrderDeps, askOrder } from './ask-order.ts';
import { findOrThrow } from './find-order.ts';

export interface InterfereDeps extends AskOrderDeps {
  reader: Pick<OperatorReader, 'findOrder'>;
  workflows: AskOrderDeps['workflows'] & Pick<OrderWorkflows, 'startOrder' | 'findWorkflow'>;
  /** Names a request of an operator's. */
  newId: () => string;
}

/**
 * Ends the wait before the next attempt of a step that failed. Failures: as of {@link interfere},
 * `ORDER_NOT_WAITING`.
 */
export const retryOrder = (
  deps: InterfereDeps,
  operator: Caller,
  orderId: string,
  reason: string,
): Promise<OperatorOrder> =>
  interfere(deps, operator, orderId, {
    reason,
    action: 'RETRY_REQUESTED',
    requestIdFor: deps.newId,
    rejection: notWaiting,
  });

/**
 * Ends an order that waits for a retry or an operator, and gives its hold back. Failures: as of
 * {@link interfere}, `ORDER_NOT_WAITING`.
 */
export const failOrder = (
  deps: InterfereDeps,
  operator: Caller,
  orderId: string,
  reason: string,
): Promise<OperatorOrder> =>
  interfere(deps, operator, orderId, {
    reason,
    action: 'FAIL_REQUESTED',
    requestIdFor: deps.newId,
    rejection: notWaiting,
  });

/**
 * Cancels an order in the place of its client; the broker's word wins. Failures: as of {@link
 * interfere}, `ORDER_NOT_CANCELABLE`.
 */
export async function cancelOrder(
  deps: InterfereDeps,
  operator: Caller,
  orderId: string,
  reason: string,
): Promise<OperatorOrder> {
  const after = await interfere(deps, operator, orderId, {
    reason,
    action: 'CANCEL_REQUESTED',
    // Another request than the client's own, so that the trail names the operator.
    requestIdFor: (order) => `operator/${order.id}/${order.updatedAt}`,
    rejection: notCancelable,
  });
  if (!isOpen(after.status) && after.status !== 'CANCELED') throw notCancelable(after);
  return after;
}

/** What an operator asks of an order's workflow, and why. */
interface Interference {
  action: OperatorAction;
  reason: string;
  requestIdFor(order: OperatorOrder): string;
  /** The error when the order is closed already, or the workflow rejects. */
  rejection(order: OperatorOrder): HubError;
}

/**
 * Records the request, asks the workflow of an open order in the operator's name and answers with
 * the order as it then stands, done or still pending. Throws `ORDER_NOT_FOUND`,
 * `ORDER_NOT_DECIDED`, the rejection,
 * `DATABASE_UNAVAILABLE`, and `TEMPORAL_UNAVAILABLE` also while the order's workflow is being
 * started again.
 */
async function interfere(
  deps: InterfereDeps,
  operator: Caller,
  orderId: string,
  { action, reason, requestIdFor, rejection }: Interference,
): Promise<OperatorOrder> {
  const find = () => findOrThrow(deps, orderId, (id) => deps.reader.findOrder(id));
  const before = await find();
  if (!isOpen(before.status)) throw rejection(before);
  const outcome = await askOrder(deps, {
    orderId: before.id,
    action,
    request: { operator: operatorName(operator), reason },
    requestId: requestIdFor(before),
  });
  const after = await find();
  switch (outcome) {
    case 'DONE':
    case 'PENDING':
      return after;
    case 'REJECTED':
      throw rejection(after);
    case 'NOT_RUNNING':
      if (!isOpen(after.status)) throw rejection(after);
      return adoptOrder(deps, after);
    default:
      return assertNever(outcome);
  }
}

/** An order that waits for nothing an operator could end. */
const notWaiting = ({ status, filledQuantity }: OperatorOrder): HubError =>
  new HubError('ORDER_NOT_WAITING', { status, filledQuantity });

const notCancelable = ({ status, filledQuantity }: OperatorOrder): HubError =>
  new HubError('ORDER_NOT_CANCELABLE', { status, filledQuantity });
