import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { OrderUseCases } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { IDEMPOTENCY_KEY_HEADER, REPLAYED_HEADER, readIdempotencyKey } from '../idempotency-key.ts';
import { orThrowRefusal } from '../order-refused.ts';
import * as schemas from '../schemas/orders.ts';
import { acceptedHeaders, BEARER_SECURITY, idempotencyKey, jsonAnswer, jsonBody, MALFORMED_BODY, signedInProblems } from './route-parts.ts';

const tags = ['Orders'];

/** With which an order is refused at once. */
const REFUSALS = [
  'UNKNOWN_SYMBOL',
  'INSTRUMENT_HALTED',
  'MARKET_CLOSED',
  'NO_QUOTE',
  'QUANTITY_NOT_FRACTIONABLE',
  'LIMIT_PRICE_OUTSIDE_COLLAR',
  'PRICE_INCREMENT_INVALID',
  'STOP_PRICE_INVALID',
  'ORDER_TOO_LARGE',
  'INSUFFICIENT_BUYING_POWER',
  'INSUFFICIENT_POSITION',
  'ACCOUNT_RESTRICTED',
] as const;

const submitOrder = createRoute({
  method: 'post',
  path: '/v1/orders',
  operationId: 'submitOrder',
  tags,
  summary: 'Submit an order',
  description:
    'The same key with the same body gets the first answer again, with `Idempotency-Replayed: true`. ' +
    'A refused order is kept: its problem carries the reason as `code` and the order as `orderId`.',
  security: BEARER_SECURITY,
  parameters: [idempotencyKey('1 to 255 visible ASCII characters; `clientOrderId` where it is missing')],
  request: jsonBody(schemas.SubmitOrderRequest),
  responses: {
    202: { ...jsonAnswer(schemas.Order, 'The order is accepted'), headers: acceptedHeaders('The order') },
    ...signedInProblems(
      ...MALFORMED_BODY,
      ...REFUSALS,
      'IDEMPOTENCY_KEY_REUSED',
      'CLIENT_ORDER_ID_REUSED',
      'MARKET_DATA_UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
      'TEMPORAL_UNAVAILABLE',
      'ACCEPT_BY_PASSED',
    ),
  },
});

const listOrders = createRoute({
  method: 'get',
  path: '/v1/orders',
  operationId: 'listOrders',
  tags,
  summary: 'Orders of the account, newest first',
  security: BEARER_SECURITY,
  request: { query: schemas.ListOrdersQuery },
  responses: { 200: jsonAnswer(schemas.OrderPage, 'A page of orders'), ...signedInProblems('VALIDATION_FAILED') },
});

const ofOneOrder = { tags, security: BEARER_SECURITY, request: { params: schemas.OrderPath } };

const getOrder = createRoute({
  ...ofOneOrder,
  method: 'get',
  path: '/v1/orders/{id}',
  operationId: 'getOrder',
  summary: 'An order',
  responses: { 200: jsonAnswer(schemas.Order, 'The order'), ...signedInProblems('ORDER_NOT_FOUND') },
});

const getOrderStatus = createRoute({
  ...ofOneOrder,
  method: 'get',
  path: '/v1/orders/{id}/status',
  operationId: 'getOrderStatus',
  summary: 'How an order stands',
  responses: { 200: jsonAnswer(schemas.OrderStatusAnswer, 'Its status'), ...signedInProblems('ORDER_NOT_FOUND') },
});

const listExecutions = createRoute({
  ...ofOneOrder,
  method: 'get',
  path: '/v1/orders/{id}/executions',
  operationId: 'listExecutions',
  summary: 'The fills of an order',
  responses: { 200: jsonAnswer(schemas.ExecutionList, 'Its booked fills'), ...signedInProblems('ORDER_NOT_FOUND') },
});

const listTimeline = createRoute({
  ...ofOneOrder,
  method: 'get',
  path: '/v1/orders/{id}/timeline',
  operationId: 'listTimeline',
  summary: 'The audit trail of an order',
  responses: { 200: jsonAnswer(schemas.Timeline, 'What happened to it, oldest first'), ...signedInProblems('ORDER_NOT_FOUND') },
});

const cancelOrder = createRoute({
  ...ofOneOrder,
  method: 'put',
  path: '/v1/orders/{id}/cancel',
  operationId: 'cancelOrder',
  summary: 'Ask for the cancel of an order',
  responses: {
    202: jsonAnswer(schemas.Order, 'The order as it stands now'),
    ...signedInProblems('ORDER_NOT_FOUND', 'ORDER_NOT_CANCELABLE', 'TEMPORAL_UNAVAILABLE'),
  },
});

const replaceOrder = createRoute({
  ...ofOneOrder,
  method: 'patch',
  path: '/v1/orders/{id}',
  operationId: 'replaceOrder',
  summary: 'Replace an open order by a new one',
  description:
    'What is not named stays as it is; `quantity` counts what is filled already. The new order has its own id and takes the place of the ' +
    'original when the venue agrees. Keys work as in `submitOrder`; a replacement that is refused leaves the original as it was.',
  parameters: [idempotencyKey('1 to 255 visible ASCII characters; `clientOrderId` where it is missing')],
  request: { ...ofOneOrder.request, ...jsonBody(schemas.ReplaceOrderRequest) },
  responses: {
    202: { ...jsonAnswer(schemas.Order, 'The new order'), headers: acceptedHeaders('The order') },
    ...signedInProblems(
      ...MALFORMED_BODY,
      'ORDER_NOT_FOUND',
      'ORDER_NOT_REPLACEABLE',
      ...REFUSALS,
      'REPLACE_REJECTED',
      'IDEMPOTENCY_KEY_REUSED',
      'CLIENT_ORDER_ID_REUSED',
      'DATABASE_UNAVAILABLE',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});

export function registerOrderRoutes(app: OpenAPIHono<ApiEnv>, orders: OrderUseCases, { signedIn }: Guards): void {
  app.openapi({ ...submitOrder, middleware: signedIn }, async (c) => {
    const key = readIdempotencyKey(c.req.header(IDEMPOTENCY_KEY_HEADER));
    const { order, replayed } = await orders.submitOrder(callerOf(c), schemas.toOrderTerms(c.req.valid('json')), key);
    if (replayed) c.header(REPLAYED_HEADER, 'true');
    orThrowRefusal(order);
    c.header('Location', `/v1/orders/${order.id}`);
    return c.json(order, 202);
  });

  app.openapi({ ...replaceOrder, middleware: signedIn }, async (c) => {
    const key = readIdempotencyKey(c.req.header(IDEMPOTENCY_KEY_HEADER));
    const terms = schemas.toReplaceTerms(c.req.valid('json'));
    const { order, replayed } = await orders.replaceOrder(callerOf(c), schemas.orderIdOf(c.req.valid('param')), terms, key);
    if (replayed) c.header(REPLAYED_HEADER, 'true');
    orThrowRefusal(order);
    c.header('Location', `/v1/orders/${order.id}`);
    return c.json(order, 202);
  });

  app.openapi({ ...listOrders, middleware: signedIn }, async (c) =>
    c.json(await orders.listOrders(callerOf(c), c.req.valid('query')), 200),
  );

  app.openapi({ ...getOrder, middleware: signedIn }, async (c) => {
    return c.json(await orders.getOrder(callerOf(c), schemas.orderIdOf(c.req.valid('param'))), 200);
  });

  app.openapi({ ...getOrderStatus, middleware: signedIn }, async (c) => {
    const order = await orders.getOrder(callerOf(c), schemas.orderIdOf(c.req.valid('param')));
    const { id, status, filledQuantity, leavesQuantity, updatedAt } = order;
    return c.json({ id, status, filledQuantity, leavesQuantity, updatedAt }, 200);
  });

  app.openapi({ ...listExecutions, middleware: signedIn }, async (c) => {
    return c.json({ items: await orders.listExecutions(callerOf(c), schemas.orderIdOf(c.req.valid('param'))) }, 200);
  });

  app.openapi({ ...listTimeline, middleware: signedIn }, async (c) => {
    return c.json({ items: await orders.listTimeline(callerOf(c), schemas.orderIdOf(c.req.valid('param'))) }, 200);
  });

  app.openapi({ ...cancelOrder, middleware: signedIn }, async (c) => {
    return c.json(await orders.cancelOrder(callerOf(c), schemas.orderIdOf(c.req.valid('param'))), 202);
  });
}
