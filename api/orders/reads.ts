import { namesOf, pickFields } from '../../contracts/fields.ts';
import { OrderService } from '../../proto/gen/hub/v1/orders_pb.js';
import { sharedRead } from '../shared-read.ts';
import * as schemas from './schema.ts';

const { getOrder, getOrderStatus, listOrders, listExecutions } = OrderService.method;

const ofOneOrder = {
  tags: ['Orders'],
  params: schemas.OrderPath,
  failures: ['ORDER_NOT_FOUND' as const],
};

/** What clients read of their orders over both surfaces. */
export const orderReads = [
  sharedRead({
    path: '/v1/orders',
    operationId: 'listOrders',
    tags: ['Orders'],
    summary: 'Orders of the account, newest first',
    query: schemas.ListOrdersQuery,
    answer: schemas.OrderPage,
    answers: 'A page of orders',
    failures: ['VALIDATION_FAILED'],
    rpc: listOrders,
    inRestWords: ({ status, ...others }) => ({
      ...others,
      ...(status !== undefined && { status: status.toLowerCase() }),
    }),
    read: ({ orders }, caller, filter) => orders.listOrders(caller, filter),
    toResponse: ({ items, nextCursor }) => ({ orders: items, nextCursor }),
  }),
  sharedRead({
    ...ofOneOrder,
    path: '/v1/orders/{id}',
    operationId: 'getOrder',
    summary: 'An order',
    answer: schemas.Order,
    answers: 'The order',
    rpc: getOrder,
    read: async ({ orders }, caller, path) => orders.getOrder(caller, schemas.orderIdOf(path)),
    toResponse: (order) => ({ order }),
  }),
  sharedRead({
    ...ofOneOrder,
    path: '/v1/orders/{id}/status',
    operationId: 'getOrderStatus',
    summary: 'How an order stands',
    answer: schemas.OrderStatusAnswer,
    answers: 'Its status',
    rpc: getOrderStatus,
    read: async ({ orders }, caller, path) =>
      pickFields(
        await orders.getOrder(caller, schemas.orderIdOf(path)),
        namesOf(schemas.STATUS_FIELDS),
      ),
    toResponse: (standing) => standing,
  }),
  sharedRead({
    ...ofOneOrder,
    path: '/v1/orders/{id}/executions',
    operationId: 'listExecutions',
    summary: 'The fills of an order',
    answer: schemas.ExecutionList,
    answers: 'Its booked fills',
    rpc: listExecutions,
    read: async ({ orders }, caller, path) => ({
      items: await orders.listExecutions(caller, schemas.orderIdOf(path)),
    }),
    toResponse: ({ items }) => ({ executions: items }),
  }),
];
