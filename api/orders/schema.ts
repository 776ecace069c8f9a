import { z } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import { pickFields, spelledOnce } from '../../contracts/fields.ts';
import type { OrderTerms, ReplaceTerms } from '../../contracts/orders/order.ts';
import {
  AUDIT_EVENT_FIELDS,
  EXECUTION_FIELDS,
  ORDER_FIELDS,
  TERM_NAMES,
} from '../../contracts/orders/order-fields.ts';
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../domain/orders/order.ts';
import { objectOf } from '../rest/field-schema.ts';
import {
  clientOrderId,
  notional,
  pageOf,
  pageQuery,
  price,
  quantity,
  readUuid,
  symbol,
  symbolParameter,
  trailPercent,
  uuidInPath,
} from '../rest/fields.ts';
import { TERMS_FORMS, termsErrors } from './order-terms.ts';

/** What a client asks for: `POST /v1/orders` and `OrderService.SubmitOrder`. */
export const SubmitOrderRequest = z
  .strictObject({
    symbol,
    side: z.enum(SIDES),
    type: z.enum(ORDER_TYPES),
    timeInForce: z.enum(TIMES_IN_FORCE).openapi({
      description: 'MARKET and LIMIT take all; the others, DAY and GTC; by notional, DAY',
    }),
    quantity: quantity.nullish().openapi({
      description:
        'Shares; this or `notional`. Worth USD 1.00 or more, unless the order closes the position',
    }),
    notional: notional
      .nullish()
      .openapi({ description: 'USD instead of shares, 1.00 or more; MARKET DAY orders only' }),
    limitPrice: price
      .nullish()
      .openapi({ description: 'USD a share; LIMIT and STOP_LIMIT, which must have it' }),
    stopPrice: price
      .nullish()
      .openapi({ description: 'USD a share; STOP and STOP_LIMIT, which must have it' }),
    trailPercent: trailPercent
      .nullish()
      .openapi({ description: 'Percent of the best price; TRAILING_STOP, which must have it' }),
    clientOrderId: clientOrderId
      .nullish()
      .openapi({ description: 'Also the idempotency key where no Idempotency-Key is sent' }),
  })
  .superRefine((order, context) => {
    for (const { path, message } of termsErrors(order))
      context.addIssue({ code: 'custom', path: [path], message });
  })
  .openapi('SubmitOrderRequest', { anyOf: TERMS_FORMS });

/** The parsed request as the use-case takes it. */
export const toOrderTerms = (request: z.output<typeof SubmitOrderRequest>): OrderTerms =>
  Object.fromEntries(
    TERM_NAMES.map((name) => [name, spelledOnce(ORDER_FIELDS[name], request[name] ?? null)]),
  ) as unknown as OrderTerms;

/** What a replacement may change: `PATCH /v1/orders/{id}` and `OrderService.ReplaceOrder`. */
export const ReplaceOrderRequest = z
  .strictObject({
    quantity: quantity
      .optional()
      .openapi({ description: 'Shares, those that are filled already included' }),
    limitPrice: price.optional().openapi({ description: 'LIMIT and STOP_LIMIT' }),
    stopPrice: price.optional().openapi({ description: 'STOP and STOP_LIMIT' }),
    trailPercent: trailPercent.optional().openapi({ description: 'TRAILING_STOP' }),
    timeInForce: z
      .enum(['DAY', 'GTC'])
      .optional()
      .openapi({ description: 'Of DAY and GTC orders' }),
    clientOrderId: clientOrderId.optional().openapi({
      description: 'Of the new order; also the idempotency key where no Idempotency-Key is sent',
    }),
  })
  .refine(
    (terms) => Object.values(terms).some((value) => value !== undefined),
    'must say what to change',
  )
  .openapi('ReplaceOrderRequest', { minProperties: 1 });

/** The parsed request as the use-case takes it. */
export function toReplaceTerms(request: z.output<typeof ReplaceOrderRequest>): ReplaceTerms {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

export const ListOrdersQuery = z.strictObject({
  status: z.enum(['open', 'closed', 'all']).default('open'),
  symbol: symbolParameter('Of all symbols unless given'),
  ...pageQuery,
});

export const OrderPath = z.object({ id: uuidInPath });

/** The id of a path or message. What cannot be an id is no order. */
export function orderIdOf(path: { id: string }): string {
  const id = readUuid(path.id);
  if (id === null) throw new HubError('ORDER_NOT_FOUND');
  return id;
}

export const Order = objectOf(ORDER_FIELDS).openapi('Order');

export const OrderPage = pageOf(Order).openapi('OrderPage');

/** How an order stands, for whoever asks often. */
export const STATUS_FIELDS = pickFields(ORDER_FIELDS, [
  'id',
  'status',
  'filledQuantity',
  'leavesQuantity',
  'updatedAt',
]);

export const OrderStatusAnswer = objectOf(STATUS_FIELDS).openapi('OrderStatus');

export const ExecutionList = z
  .object({ items: z.array(objectOf(EXECUTION_FIELDS).openapi('Execution')) })
  .openapi('ExecutionList');

export const Timeline = z
  .object({ items: z.array(objectOf(AUDIT_EVENT_FIELDS).openapi('AuditEvent')) })
  .openapi('Timeline');
