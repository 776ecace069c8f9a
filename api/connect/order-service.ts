import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { OrderType, Side, TimeInForce } from '../../proto/gen/hub/v1/broker_pb.js';
import {
  type ListOrdersRequest,
  type OrderService,
  type OrderServiceReplaceOrderRequest,
  OrderStatus,
  OrderStatusFilter,
  type SubmitOrderRequest,
} from '../../proto/gen/hub/v1/orders_pb.js';
import type { OrderFilter, OrderUseCases } from '../../use-cases/use-cases.ts';
import { parseRequest } from '../invalid-request.ts';
import { orThrowRefusal } from '../order-refused.ts';
import * as schemas from '../schemas/orders.ts';
import { callerOf } from './call-context.ts';
import { toExecutionMessage, toOrderMessage } from './messages.ts';

/** OrderService over the same use-cases and field rules as REST. A refused order is FAILED_PRECONDITION with the reason's code. */
export function createOrderService(orders: OrderUseCases): ServiceImpl<typeof OrderService> {
  return {
    async submitOrder(request, context) {
      const key = request.idempotencyKey === '' ? null : parseRequest(schemas.IdempotencyKey, request.idempotencyKey);
      const { order, replayed } = await orders.submitOrder(callerOf(context), readTerms(request), key);
      return { order: toOrderMessage(orThrowRefusal(order)), replayed };
    },

    async replaceOrder(request, context) {
      const key = request.idempotencyKey === '' ? null : parseRequest(schemas.IdempotencyKey, request.idempotencyKey);
      const { order, replayed } = await orders.replaceOrder(callerOf(context), schemas.orderIdOf(request), readReplaceTerms(request), key);
      return { order: toOrderMessage(orThrowRefusal(order)), replayed };
    },

    async getOrder({ id }, context) {
      return { order: toOrderMessage(await orders.getOrder(callerOf(context), schemas.orderIdOf({ id }))) };
    },

    async getOrderStatus({ id }, context) {
      const order = await orders.getOrder(callerOf(context), schemas.orderIdOf({ id }));
      const { filledQuantity, leavesQuantity } = order;
      const updatedAt = timestampFromDate(new Date(order.updatedAt));
      return { id: order.id, status: OrderStatus[order.status], filledQuantity, leavesQuantity, updatedAt };
    },

    async listOrders(request, context) {
      const page = await orders.listOrders(callerOf(context), readFilter(request));
      return { orders: page.items.map(toOrderMessage), nextCursor: page.nextCursor ?? '' };
    },

    async listExecutions({ orderId }, context) {
      const executions = await orders.listExecutions(callerOf(context), schemas.orderIdOf({ id: orderId }));
      return { executions: executions.map(toExecutionMessage) };
    },

    async cancelOrder({ id }, context) {
      return { order: toOrderMessage(await orders.cancelOrder(callerOf(context), schemas.orderIdOf({ id }))) };
    },
  };
}

/** Enum names are the words of REST; a number without a name becomes undefined, and the schema says which field it is. */
const readTerms = (request: SubmitOrderRequest) =>
  schemas.toOrderTerms(
    parseRequest(schemas.SubmitOrderRequest, {
      symbol: request.symbol,
      side: Side[request.side],
      type: OrderType[request.type],
      timeInForce: TimeInForce[request.timeInForce],
      quantity: request.quantity || null,
      notional: request.notional || null,
      limitPrice: request.limitPrice || null,
      stopPrice: request.stopPrice || null,
      trailPercent: request.trailPercent || null,
      clientOrderId: request.clientOrderId || null,
    }),
  );

/** What is empty stays as it is. */
const readReplaceTerms = (request: OrderServiceReplaceOrderRequest) =>
  schemas.toReplaceTerms(
    parseRequest(schemas.ReplaceOrderRequest, {
      quantity: request.quantity || undefined,
      limitPrice: request.limitPrice || undefined,
      stopPrice: request.stopPrice || undefined,
      trailPercent: request.trailPercent || undefined,
      timeInForce: request.timeInForce === TimeInForce.UNSPECIFIED ? undefined : (TimeInForce[request.timeInForce] ?? ''),
      clientOrderId: request.clientOrderId || undefined,
    }),
  );

/** proto3's defaults stand for REST's: an empty text or 0 is a parameter that was not given. */
const readFilter = (request: ListOrdersRequest): OrderFilter =>
  parseRequest(schemas.ListOrdersQuery, {
    ...(request.status === OrderStatusFilter.UNSPECIFIED ? {} : { status: OrderStatusFilter[request.status]?.toLowerCase() ?? '' }),
    ...(request.symbol === '' ? {} : { symbol: request.symbol }),
    ...(request.limit === 0 ? {} : { limit: String(request.limit) }),
    ...(request.cursor === '' ? {} : { cursor: request.cursor }),
  });
