import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { PRE_TRADE_REJECT_CODES } from '../../domain/risk/rejection.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import {
  IDEMPOTENCY_KEY_HEADER,
  REPLAYED_HEADER,
  readIdempotencyKey,
} from '../rest/idempotency-key.ts';
import {
  acceptedHeaders,
  BEARER_SECURITY,
  idempotencyKey,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  signedInProblems,
} from '../rest/route-parts.ts';
import { orThrowRejection } from './order-rejected.ts';
import * as schemas from './schema.ts';

const tags = ['Orders'];

const submitOrder = createRoute({
  method: 'post',
  path: '/v1/orders',
  operationId: 'submitOrder',
  tags,
  summary: 'Submit an order',
  description:
    'The same key with the same body gets the first answer again, with `Idempotency-Replayed: true`. ' +
    'A rejected order is kept: its problem carries the reason as `code` and the order as `orderId`.',
  security: BEARER_SECURITY,
  parameters: [
    idempotencyKey('1 to 255 visible ASCII characters; `clientOrderId` where it is missing'),
  ],
  request: jsonBody(schemas.SubmitOrderRequest),
  responses: {
    202: {
      ...jsonAnswer(schemas.Order, 'The order is accepted'),
      headers: acceptedHeaders('The order'),
    },
    ...signedInProblems(
      ...MALFORMED_BODY,
      ...PRE_TRADE_REJECT_CODES,
      'IDEMPOTENCY_KEY_REUSED',
      'CLIENT_ORDER_ID_REUSED',
      'ORDER_RATE',
      'MARKET_DATA_UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
      'TEMPORAL_UNAVAILABLE',
      'ACCEPT_BY_PASSED',
    ),
  },
});

const ofOneOrder = { tags, security: BEARER_SECURITY, request: { params: schemas.OrderPath } };

const listTimeline = createRoute({
  ...ofOneOrder,
  method: 'get',
  path: '/v1/orders/{id}/timeline',
  operationId: 'listTimeline',
  summary: 'The audit trail of an order',
  responses: {
    200: jsonAnswer(schemas.Timeline, 'What happened to it, oldest first'),
    ...signedInProblems('ORDER_NOT_FOUND'),
  },
});

const cancelOrder = createRoute({
  ...ofOneOrder,
  method: 'put',
  path: '/v1/orders/{id}/cancel',
  operationId: 'cancelOrder',
  summary: 'Ask for the cancel of an order',
  responses: {
    202: jsonAnswer(schemas.Order, 'The order as it stands now'),
    ...signedInProblems(
      'ORDER_NOT_FOUND',
      'ORDER_NOT_CANCELABLE',
      'ORDER_RATE',
      'TEMPORAL_UNAVAILABLE',
    ),
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
    'original when the broker agrees. Keys work as in `submitOrder`; a replacement that is rejected leaves the original as it was.',
  parameters: [
    idempotencyKey('1 to 255 visible ASCII characters; `clientOrderId` where it is missing'),
  ],
  request: { ...ofOneOrder.request, ...jsonBody(schemas.ReplaceOrderRequest) },
  responses: {
    202: { ...jsonAnswer(schemas.Order, 'The new order'), headers: acceptedHeaders('The order') },
    ...signedInProblems(
      ...MALFORMED_BODY,
      'ORDER_NOT_FOUND',
      'ORDER_NOT_REPLACEABLE',
      ...PRE_TRADE_REJECT_CODES,
      'STOP_ALREADY_TRIGGERED',
      'REPLACE_REJECTED',
      'IDEMPOTENCY_KEY_REUSED',
      'CLIENT_ORDER_ID_REUSED',
      'ORDER_RATE',
      'DATABASE_UNAVAILABLE',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});

export function orderRoutes(
  app: OpenAPIHono<ApiEnv>,
  { orders }: HubUseCases,
  { signedIn }: Guards,
): void {
  app.openapi({ ...submitOrder, middleware: signedIn }, async (c) => {
    const key = readIdempotencyKey(c.req.header(IDEMPOTENCY_KEY_HEADER));
    const { order, replayed } = await orders.submitOrder(
      callerOf(c),
      schemas.toOrderTerms(c.req.valid('json')),
      key,
    );
    if (replayed) c.header(REPLAYED_HEADER, 'true');
    orThrowRejection(order);
    c.header('Location', `/v1/orders/${order.id}`);
    return c.json(order, 202);
  });

  app.openapi({ ...replaceOrder, middleware: signedIn }, async (c) => {
    const key = readIdempotencyKey(c.req.header(IDEMPOTENCY_KEY_HEADER));
    const terms = schemas.toReplaceTerms(c.req.valid('json'));
    const { order, replayed } = await orders.replaceOrder(
      callerOf(c),
      schemas.orderIdOf(c.req.valid('param')),
      terms,
      key,
    );
    if (replayed) c.header(REPLAYED_HEADER, 'true');
    orThrowRejection(order);
    c.header('Location', `/v1/orders/${order.id}`);
    return c.json(order, 202);
  });

  app.openapi({ ...listTimeline, middleware: signedIn }, async (c) => {
    return c.json(
      { items: await orders.listTimeline(callerOf(c), schemas.orderIdOf(c.req.valid('param'))) },
      200,
    );
  });

  app.openapi({ ...cancelOrder, middleware: signedIn }, async (c) => {
    return c.json(
      await orders.cancelOrder(callerOf(c), schemas.orderIdOf(c.req.valid('param'))),
      202,
    );
  });
}
