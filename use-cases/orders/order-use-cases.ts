import type { Bound } from '../bind.ts';
import { cancelOrder } from './cancel-order.ts';
import { getOrder, listExecutions, listOrders, listTimeline } from './read-orders.ts';
import { replaceOrder } from './replace-order.ts';
import { submitOrder } from './submit-order.ts';

/**
 * What a client does with the orders of its account. Another account's order is `ORDER_NOT_FOUND`.
 * What happens to an order once it is accepted: `orderSteps`.
 */
export const orderUseCases = {
  submitOrder,
  cancelOrder,
  replaceOrder,
  getOrder,
  listOrders,
  listExecutions,
  listTimeline,
};

export type OrderUseCases = Bound<typeof orderUseCases>;
