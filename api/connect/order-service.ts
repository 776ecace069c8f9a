import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { HubError } from '../../contracts/errors.ts';
import { OrderType, Side, TimeInForce } from '../../proto/gen/hub/v1/broker_pb.js';
import {
  type ListOrdersRequest,
  type OrderService,
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

    async getOrder({ id }, context) {
      return { order: toOrderMessage(await orders.getOrder(callerOf(context), readId(id))) };
    },

    async getOrderStatus({ id }, context) {
      const order = await orders.getOrder(callerOf(context), readId(id));
      const { filledQuantity, leavesQuantity } = order;
      const updatedAt = timestampFromDate(new Date(order.updatedAt));
      return { id: order.id, status: OrderStatus[order.status], filledQuantity, leavesQuantity, updatedAt };
    },

    async listOrders(request, context) {
      const page = await orders.listOrders(callerOf(context), readFilter(request));
      return { orders: page.items.map(toOrderMessage), nextCursor: page.nextCursor ?? '' };
    },

    async listExecutions({ orderId }, context) {
      const executions = await orders.listExecutions(callerOf(context), readId(orderId));
      return { executions: executions.map(toExecutionMessage) };
    },

    async cancelOrder({ id }, context) {
      return { order: toOrderMessage(await orders.cancelOrder(callerOf(context), readId(id))) };
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
      quantity: request.quantity,
      limitPrice: request.limitPrice || null,
      clientOrderId: request.clientOrderId || null,
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

function readId(text: string): string {
  const id = schemas.readOrderId(text);
  if (id === null) throw new HubError('ORDER_NOT_FOUND');
  return id;
}
