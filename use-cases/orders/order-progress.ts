import type { OrderChange, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { Decimal, formatDecimal } from '../../domain/money/decimal.ts';
import { averageFillPrice, leavesQuantity, type OrderState } from '../../domain/order/order.ts';
import { stateOf } from './plan-order-change.ts';

export const progressOf = (working: WorkingOrder): OrderProgress => describe(working, stateOf(working), working.order);

export function progressAfter(working: WorkingOrder, change: OrderChange): OrderProgress {
  const { status, restoreStatus, filledQuantity, filledNotional } = change.order;
  const state = {
    status,
    restoreStatus,
    quantity: new Decimal(working.order.quantity),
    filledQuantity: new Decimal(filledQuantity),
    filledNotional: new Decimal(filledNotional),
  };
  return describe(working, state, change.order);
}

type Said = Pick<OrderChange['order'], 'rejectCode' | 'newAt'>;

function describe({ order }: WorkingOrder, state: OrderState, { rejectCode, newAt }: Said): OrderProgress {
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
  };
}
