import type { ConnectRouter } from '@connectrpc/connect';
import { REPLACE_NAMES } from '../../contracts/orders/order.ts';
import { ORDER_FIELDS, TERM_NAMES } from '../../contracts/orders/order-fields.ts';
import {
  OrderSchema,
  OrderService,
  type OrderServiceReplaceOrderRequest,
  OrderServiceReplaceOrderRequestSchema,
  type SubmitOrderRequest,
  SubmitOrderRequestSchema,
} from '../../proto/gen/hub/v1/orders_pb.js';
import { readMessage } from '../../proto/messages.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { callerOf } from '../connect/call-context.ts';
import { messageOf } from '../connect/field-message.ts';
import { IdempotencyKey } from '../rest/idempotency-key.ts';
import { parseRequest } from '../rest/invalid-request.ts';
import { orThrowRejection } from './order-rejected.ts';
import * as schemas from './schema.ts';

export const toOrderMessage = messageOf(ORDER_FIELDS, OrderSchema);

/**
 * What changes orders, over the same use-cases and field rules as REST; reads are in `reads.ts`. A
 * rejected order is FAILED_PRECONDITION with the reason's code.
 */
export function orderService(router: ConnectRouter, { orders }: HubUseCases): void {
  const { submitOrder, replaceOrder, cancelOrder } = OrderService.method;

  router.rpc(submitOrder, async (request, context) => {
    const { order, replayed } = await orders.submitOrder(
      callerOf(context),
      readTerms(request),
      readKey(request),
    );
    return { order: toOrderMessage(orThrowRejection(order)), replayed };
  });

  router.rpc(replaceOrder, async (request, context) => {
    const { order, replayed } = await orders.replaceOrder(
      callerOf(context),
      schemas.orderIdOf(request),
      readReplaceTerms(request),
      readKey(request),
    );
    return { order: toOrderMessage(orThrowRejection(order)), replayed };
  });

  router.rpc(cancelOrder, async (request, context) => {
    const order = await orders.cancelOrder(callerOf(context), schemas.orderIdOf(request));
    return { order: toOrderMessage(order) };
  });
}

const readKey = ({ idempotencyKey }: { idempotencyKey: string }): string | null =>
  idempotencyKey === '' ? null : parseRequest(IdempotencyKey, idempotencyKey);

const readTerms = (request: SubmitOrderRequest) =>
  schemas.toOrderTerms(
    parseRequest(
      schemas.SubmitOrderRequest,
      readMessage(SubmitOrderRequestSchema, request, TERM_NAMES),
    ),
  );

/** What is empty stays as it is. */
const readReplaceTerms = (request: OrderServiceReplaceOrderRequest) =>
  schemas.toReplaceTerms(
    parseRequest(
      schemas.ReplaceOrderRequest,
      readMessage(OrderServiceReplaceOrderRequestSchema, request, REPLACE_NAMES),
    ),
  );
