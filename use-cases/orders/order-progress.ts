import type { OrderChange, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { Decimal, formatDecimal } from '../../domain/money/decimal.ts';
import { averageFillPrice, leavesQuantity, type OrderState } from '../../domain/order/order.ts';
import { stateOf } from './plan-order-change.ts';

export const progressOf = (working: WorkingOrder): OrderProgress => describe(working, stateOf(working), working.order.rejectCode);

export function progressAfter(working: WorkingOrder, change: OrderChange): OrderProgress {
  const { status, restoreStatus, filledQuantity, filledNotional, rejectCode } = change.order;
  const state = {
    status,
    restoreStatus,
    quantity: new Decimal(working.order.quantity),
    filledQuantity: new Decimal(filledQuantity),
    filledNotional: new Decimal(filledNotional),
  };
  return describe(working, state, rejectCode);
}

function describe({ order }: WorkingOrder, state: OrderState, rejectCode: OrderProgress['rejectCode']): OrderProgress {
  const average = averageFillPrice(state);
  return {
    orderId: order.id,
    status: state.status,
    filledQuantity: formatDecimal(state.filledQuantity),
    leavesQuantity: formatDecimal(leavesQuantity(state)),
    averageFillPrice: average && formatDecimal(average),
    rejectCode,
    expiresAt: order.expiresAt,
  };
}
