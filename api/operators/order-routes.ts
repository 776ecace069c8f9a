import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { OrderPath, orderIdOf } from '../orders/schema.ts';
import {
  adminProblems,
  BEARER_SECURITY,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  OperatorReason,
} from '../rest/route-parts.ts';
import * as schemas from './schema.ts';

const ofOrders = { tags: ['Admin'], security: BEARER_SECURITY };

const listOrders = createRoute({
  ...ofOrders,
  method: 'get',
  path: '/v1/admin/orders',
  operationId: 'listOperatorOrders',
  summary: 'Orders of all accounts',
  description:
    'With `attention=true` those that wait for an operator, longest waiting first; otherwise newest first.',
  request: { query: schemas.ListOperatorOrdersQuery },
  responses: {
    200: jsonAnswer(schemas.OperatorOrderPage, 'A page of orders'),
    ...adminProblems('VALIDATION_FAILED'),
  },
});

/** Of an order that is not in the books its workflow tells why, if Temporal answers. */
const UNREADABLE = ['ORDER_NOT_FOUND', 'ORDER_NOT_DECIDED', 'TEMPORAL_UNAVAILABLE'] as const;

const getOrder = createRoute({
  ...ofOrders,
  method: 'get',
  path: '/v1/admin/orders/{id}',
  operationId: 'getOperatorOrder',
  summary: 'An order of any account',
  request: { params: OrderPath },
  responses: {
    200: jsonAnswer(schemas.OperatorOrder, 'The order'),
    ...adminProblems(...UNREADABLE),
  },
});

const listTimeline = createRoute({
  ...ofOrders,
  method: 'get',
  path: '/v1/admin/orders/{id}/timeline',
  operationId: 'listOperatorOrderTimeline',
  summary: 'The audit trail of an order of any account',
  request: { params: OrderPath },
  responses: {
    200: jsonAnswer(schemas.OperatorTimeline, 'What happened to it, oldest first'),
    ...adminProblems(...UNREADABLE),
  },
});

const interference = {
  ...ofOrders,
  method: 'post' as const,
  description:
    'Kept in the audit trail with the operator and the reason. The answer may come before all of it is done: then the order says so.',
  request: { params: OrderPath, ...jsonBody(OperatorReason) },
};
const answer = jsonAnswer(schemas.OperatorOrder, 'The order as it stands now');

const retryOrder = createRoute({
  ...interference,
  path: '/v1/admin/orders/{id}/retry',
  operationId: 'retryOrder',
  summary: 'Try the step that failed again now',
  responses: {
    202: answer,
    ...adminProblems(...MALFORMED_BODY, ...UNREADABLE, 'ORDER_NOT_WAITING'),
  },
});

const failOrder = createRoute({
  ...interference,
  path: '/v1/admin/orders/{id}/fail',
  operationId: 'failOrder',
  summary: 'End an order that waits, and give its hold back',
  responses: {
    202: answer,
    ...adminProblems(...MALFORMED_BODY, ...UNREADABLE, 'ORDER_NOT_WAITING'),
  },
});

const cancelOrder = createRoute({
  ...interference,
  path: '/v1/admin/orders/{id}/cancel',
  operationId: 'cancelOrderForClient',
  summary: 'Cancel an order in the place of its client',
  responses: {
    202: answer,
    ...adminProblems(...MALFORMED_BODY, ...UNREADABLE, 'ORDER_NOT_CANCELABLE'),
  },
});

/** Needs the role OPERATOR. */
export function operatorOrderRoutes(
  app: OpenAPIHono<ApiEnv>,
  { operators }: HubUseCases,
  { operator }: Guards,
): void {
  app.openapi({ ...listOrders, middleware: operator }, async (c) =>
    c.json(await operators.listOrders(schemas.toOrderFilter(c.req.valid('query'))), 200),
  );

  app.openapi({ ...getOrder, middleware: operator }, async (c) => {
    return c.json(await operators.getOrder(orderIdOf(c.req.valid('param'))), 200);
  });

  app.openapi({ ...listTimeline, middleware: operator }, async (c) => {
    return c.json({ items: await operators.listTimeline(orderIdOf(c.req.valid('param'))) }, 200);
  });

  app.openapi({ ...retryOrder, middleware: operator }, async (c) => {
    return c.json(
      await operators.retryOrder(
        callerOf(c),
        orderIdOf(c.req.valid('param')),
        c.req.valid('json').reason,
      ),
      202,
    );
  });

  app.openapi({ ...failOrder, middleware: operator }, async (c) => {
    return c.json(
      await operators.failOrder(
        callerOf(c),
        orderIdOf(c.req.valid('param')),
        c.req.valid('json').reason,
      ),
      202,
    );
  });

  app.openapi({ ...cancelOrder, middleware: operator }, async (c) => {
    return c.json(
      await operators.cancelOrder(
        callerOf(c),
        orderIdOf(c.req.valid('param')),
        c.req.valid('json').reason,
      ),
      202,
    );
  });
}
