import { HubError } from '../../contracts/errors.ts';
import type { OrderChange, OrderStore, WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { Decimal, formatDecimal } from '../../domain/money/decimal.ts';
import {
  averageFillPrice,
  isOpen,
  leavesQuantity,
  type OrderState,
} from '../../domain/orders/order.ts';
import { stateOf } from './plan-order-change.ts';

/** Throws `ORDER_NOT_FOUND` and `DATABASE_UNAVAILABLE`. */
export async function readWorking(
  { orders }: { orders: Pick<OrderStore, 'readWorkingOrder'> },
  orderId: string,
): Promise<WorkingOrder> {
  const working = await orders.readWorkingOrder(orderId);
  if (!working) throw new HubError('ORDER_NOT_FOUND', { orderId });
  return working;
}

/** Where an order stands; `null` when nobody has decided on it. */
export async function findDecision(
  { orders }: { orders: Pick<OrderStore, 'readWorkingOrder'> },
  orderId: string,
): Promise<OrderProgress | null> {
  const working = await orders.readWorkingOrder(orderId);
  return working && progressOf(working);
}

export const progressOf = (working: WorkingOrder): OrderProgress =>
  describe(working, stateOf(working), { ...working.order, ...working });

export function progressAfter(working: WorkingOrder, change: OrderChange): OrderProgress {
  const { status, restoreStatus, filledQuantity, filledNotional } = change.order;
  const state = {
    status,
    restoreStatus,
    quantity: new Decimal(working.order.quantity),
    filledQuantity: new Decimal(filledQuantity),
    filledNotional: new Decimal(filledNotional),
    isTriggered: change.order.triggeredAt !== null,
  };
  return describe(working, state, change.order);
}

type Said = Pick<OrderChange['order'], 'rejectCode' | 'newAt' | 'cancelRequestedBy'>;

function describe(
  { order }: WorkingOrder,
  state: OrderState,
  { rejectCode, newAt, cancelRequestedBy }: Said,
): OrderProgress {
  const average = averageFillPrice(state);
  return {
    orderId: order.id,
    status: state.status,
    filledQuantity: formatDecimal(state.filledQuantity),
    leavesQuantity: formatDecimal(leavesQuantity(state)),
    averageFillPrice: average && formatDecimal(average),
    rejectCode,
    isAcknowledged: newAt !== null,
    releaseAt: order.releaseAt,
    expiresAt: order.expiresAt,
    ...(cancelRequestedBy !== null && isOpen(state.status) && { cancelRequestedBy }),
  };
}
